"""The base of everything that holds secret bytes: it shows nothing, and is not copied, pickled or compared by value."""

from typing import Any, NoReturn


class Opaque:
    """An object whose contents do not leave it by accident.

    ``repr`` and ``str`` name the class only. Copying and pickling raise ``TypeError``, so that no cache, queue or
    traceback serializer keeps a second copy. Equality is identity: two objects with the same bytes are not equal, and
    nothing can be learned from comparing them; material is compared by its id.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be pickled.")

    def __copy__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be copied.")

    def __deepcopy__(self, memo: dict[int, Any]) -> NoReturn:
        raise TypeError(f"{type(self).__name__} cannot be copied.")
