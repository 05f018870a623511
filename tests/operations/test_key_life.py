"""The life of a key, in any order, beside a small model of it: tests/reference_models/key_life.py.

Creation (of its own material or imported, in one Region or several), use, rotation, import, replication, a new primary,
disabling, deletion and time. Hypothesis looks for a sequence in which the service differs.
"""

import os
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.errors import KmsError
from operations.upkeep import run_upkeep
from tests.builders import call_as, run_as
from tests.operations.imports import wrapped_members
from tests.operations.regions import AWAY, FAR
from tests.people import REGION
from tests.reference_models.key_life import Copy, KeyLife

STEPS, LIVES = 25, 50
REGIONS = (REGION, AWAY, FAR)
PLACES = st.integers(0, 11)  # see LifeOfAKey.at
FILLED = st.sampled_from([None, 0, 5])  # a new key has no material, or one for ever, or one for five days
SWEPT = st.sampled_from([False, False, True])  # whether upkeep has come by
MOST_ROTATIONS = 25
IMPORTING = ("Enabled", "Disabled", "PendingImport")


def test_no_sequence_of_events_makes_the_service_differ_from_the_model(people, settings):
    settings.KMS_ROTATION_SECONDS = settings.KMS_REPLICATION_SECONDS = 0

    class Life(LifeOfAKey):
        person = people.ada

    run_state_machine_as_test(Life, settings=profile())


def profile() -> settings:
    return settings(
        max_examples=LIVES,
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a life takes minutes; it can be read as it is
    )


class LifeOfAKey(RuleBasedStateMachine):
    """One key of one person."""

    person = None

    @initialize(external=st.booleans(), copies=st.sampled_from([0, 1, 2, 3]), filled=FILLED)
    def create(self, external: bool, copies: int, filled: int | None) -> None:
        """Make a single-Region key (no copies), or a multi-Region key with so many, with its material or without."""
        multi_region = copies > 0
        members = {"Origin": "EXTERNAL" if external else "AWS_KMS", "MultiRegion": multi_region}
        self.key_id = run_as(self.person, "CreateKey", members)["KeyMetadata"]["KeyId"]
        self.model = KeyLife(external, multi_region, REGION)
        self.bytes: list[bytes] = []  # of each imported material, by its number
        self.blobs: dict[bytes, bytes] = {}
        for region in REGIONS[: copies or 1]:
            if region != REGION and self.model.state(REGION) == "Enabled":
                self.agree(self.ask(REGION, "ReplicateKey", ReplicaRegion=region), self.model.replicate(REGION, region))
            if external and filled is not None:
                self.bring(region, 0, filled or None)

    @rule(external=st.booleans(), copies=st.sampled_from([0, 1, 2, 3]), filled=FILLED)
    @precondition(lambda self: not self.lives)
    def create_another(self, external: bool, copies: int, filled: int | None) -> None:
        self.create(external, copies, filled)

    # --- asking the service ---
    def ask(self, region: str, action: str, **members: object) -> dict | str:
        """Return the answer, or the name of the error."""
        try:
            return run_as(self.person, action, {"KeyId": self.key_id, **members}, region=region)
        except KmsError as refusal:
            return refusal.code

    def agree(self, answer: dict | str, expected: str | None) -> bool:
        """Whether both permit; fails if they do not agree."""
        assert (answer if isinstance(answer, str) else None) == expected, (answer, expected)
        return expected is None

    @property
    def lives(self) -> bool:
        return bool(self.model.copies)

    def now(self):
        return call_as(self.person, "ListKeys").time

    def at(self, place: int, *states: str) -> str:
        """Choose a Region: mostly one where the key is in one of these states, sometimes any, even one without it."""
        wanted = [region for region in REGIONS if self.model.state(region) in states]
        return [*REGIONS, *wanted * 3][place % (3 + 3 * len(wanted))]

    # --- what may happen ---
    @rule(place=PLACES, plaintext=st.binary(min_size=1, max_size=32))
    @precondition(lambda self: self.lives)
    def encrypt(self, place: int, plaintext: bytes) -> None:
        region = self.at(place, "Enabled")
        answer = self.ask(region, "Encrypt", Plaintext=plaintext)
        if self.agree(answer, self.model.refusal(region, "Enabled")):
            self.blobs[answer["CiphertextBlob"]] = plaintext

    @rule(place=PLACES, enabled=st.booleans())
    @precondition(lambda self: self.lives)
    def switch(self, place: int, enabled: bool) -> None:
        region = self.at(place, "Enabled", "Disabled")
        answer = self.ask(region, "EnableKey" if enabled else "DisableKey")
        self.agree(answer, self.model.enable(region, enabled))

    @rule(place=PLACES)
    @precondition(lambda self: self.lives and self.model.on_demand < MOST_ROTATIONS)
    def rotate(self, place: int) -> None:
        region = self.at(place, "Enabled")
        answer = self.ask(region, "RotateKeyOnDemand")
        self.agree(answer, self.model.rotate(region))

    @rule(place=PLACES, number=st.integers(0, 3), days=st.sampled_from([None, 1, 9]))
    @precondition(lambda self: self.lives and self.model.external)
    def import_material(self, place: int, number: int, days: int | None) -> None:
        self.bring(self.at(place, *IMPORTING), number, days)

    def bring(self, region: str, number: int, days: int | None) -> None:
        """Import the first material, or one that the key has had before, or one that it has not."""
        if not self.takes(region):
            return
        number = min(number, len(self.bytes))
        material = self.bytes[number] if number < len(self.bytes) else os.urandom(32)
        first, end = self.model.current is None, None
        members = wrapped_members(self.person, self.key_id, material, region=region)
        if days is not None:
            del members["ExpirationModel"]
            end = (self.now() + timedelta(days=days)).replace(microsecond=0)
            members["ValidTo"] = end.timestamp()
        answer = self.ask(region, "ImportKeyMaterial", **members)
        if self.agree(answer, self.model.import_material(region, number, end)) and first:
            self.bytes.append(material)

    @rule(place=PLACES)
    @precondition(lambda self: self.lives and self.model.external)
    def import_new_material(self, place: int) -> None:
        region = self.at(place, *IMPORTING)
        if not self.takes(region):
            return
        material = os.urandom(32)
        members = wrapped_members(self.person, self.key_id, material, region=region)
        answer = self.ask(region, "ImportKeyMaterial", **members, ImportType="NEW_KEY_MATERIAL")
        if self.agree(answer, self.model.import_new(region)):
            self.bytes.append(material)

    def takes(self, region: str) -> bool:
        """Whether the key gives parameters for an import; agrees with the model on that."""
        wrapping = {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"}
        answer = self.ask(region, "GetParametersForImport", **wrapping)
        return self.agree(answer, self.model.refusal(region, "Enabled", "Disabled", "PendingImport"))

    @rule(place=PLACES)
    @precondition(lambda self: self.lives and self.model.external)
    def delete_material(self, place: int) -> None:
        region = self.at(place, *IMPORTING)
        answer = self.ask(region, "DeleteImportedKeyMaterial")
        self.agree(answer, self.model.delete_material(region))

    @rule(place=PLACES, days=st.sampled_from([7, 8, 30]))
    @precondition(lambda self: self.lives)
    def schedule_deletion(self, place: int, days: int) -> None:
        region = self.at(place, *IMPORTING)
        answer = self.ask(region, "ScheduleKeyDeletion", PendingWindowInDays=days)
        if self.agree(answer, self.model.schedule_deletion(region, days, self.now())) and "DeletionDate" in answer:
            copy = self.model.copies[region]  # to the moment of the call, which the model cannot know
            assert abs(answer["DeletionDate"] - copy.deletion_date) < timedelta(minutes=2)
            copy.deletion_date = answer["DeletionDate"]

    @rule(place=PLACES)
    @precondition(lambda self: self.lives)
    def cancel_deletion(self, place: int) -> None:
        region = self.at(place, "PendingDeletion", "PendingReplicaDeletion")
        self.agree(self.ask(region, "CancelKeyDeletion"), self.model.cancel_deletion(region))

    @rule(place=PLACES, to=PLACES)
    @precondition(lambda self: self.lives and self.model.multi_region)
    def replicate(self, place: int, to: int) -> None:
        region = self.at(place, "Enabled")
        free = [*REGIONS, *[name for name in REGIONS if name not in self.model.copies] * 2]
        to = free[to % len(free)]
        self.agree(self.ask(region, "ReplicateKey", ReplicaRegion=to), self.model.replicate(region, to))

    @rule(place=PLACES, to=st.sampled_from(REGIONS))
    @precondition(lambda self: self.lives)
    def move_primary(self, place: int, to: str) -> None:
        region = self.at(place, "Enabled")
        answer = self.ask(region, "UpdatePrimaryRegion", PrimaryRegion=to)
        self.agree(answer, self.model.move_primary(region, to))

    @rule(days=st.sampled_from([1, 8, 31]), swept=SWEPT)
    @precondition(lambda self: self.lives)
    def time_passes(self, days: int, swept: bool) -> None:
        run_as(self.person, "MoveClock", {"Days": days})
        if swept:
            run_upkeep()
        self.model.time_has_come(self.now())

    @rule(place=PLACES, swept=SWEPT)
    @precondition(lambda self: self.lives and len(self.model.copies) > 1)
    def a_copy_goes(self, place: int, swept: bool) -> None:
        self.schedule_deletion(place, 7)
        self.time_passes(8, swept)

    # --- what always holds ---
    @invariant()
    def metadata_are_the_models(self) -> None:
        for region in REGIONS:
            self.check_metadata(region)

    def check_metadata(self, region: str) -> None:
        answer, state = self.ask(region, "DescribeKey"), self.model.state(region)
        if not self.agree(answer, None if state else "NotFoundException"):
            return
        metadata, copy = answer["KeyMetadata"], self.model.copies[region]
        assert (metadata["KeyState"], metadata["Enabled"]) == (state, state == "Enabled")
        assert metadata.get("DeletionDate") == copy.deletion_date
        window = copy.window.days if copy.window else None
        assert metadata.get("PendingDeletionWindowInDays") == window
        present = self.model.external and not self.model.lacks_material(region)
        assert ("ExpirationModel" in metadata) == present
        if present:
            assert metadata.get("ValidTo") == min(self.ends(copy), default=None)
        if self.model.multi_region:
            shown = metadata["MultiRegionConfiguration"]
            replicas = sorted(set(self.model.copies) - {self.model.primary})
            assert [replica["Region"] for replica in shown["ReplicaKeys"]] == replicas
            assert shown["PrimaryKey"]["Region"] == self.model.primary

    def ends(self, copy: Copy):
        """When the materials expire that the key cannot do without."""
        return [end for number, end in copy.ends.items() if number <= self.model.current]

    @invariant()
    def materials_are_the_models(self) -> None:
        for region in self.model.copies:
            listed = self.ask(region, "ListKeyRotations", IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
            found = [(each["KeyMaterialState"], each.get("ImportState", "IMPORTED") == "IMPORTED") for each in listed]
            assert found == self.model.materials(region)

    @invariant()
    def a_ciphertext_opens_wherever_the_key_is_enabled(self) -> None:
        for blob, plaintext in list(self.blobs.items())[-1:]:
            for region in self.model.copies:
                answer = self.ask(region, "Decrypt", CiphertextBlob=blob)
                if self.agree(answer, self.model.refusal(region, "Enabled")):
                    assert answer["Plaintext"] == plaintext
