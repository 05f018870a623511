"""The life of a key, in any order, beside a small model of it: states, ciphertexts, rotations, deletion, time.

The model is the table of kms-semantics 2.5 and 4.7 in a few lines; hypothesis looks for a sequence in which the service
differs.
"""

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.errors import DisabledException, KmsError, KMSInvalidStateException, NotFoundException
from operations.upkeep import run_upkeep
from tests.builders import call_as, run_as

STEPS, LIVES = 14, 20


def test_no_sequence_of_events_makes_the_service_differ_from_the_model(people, settings):
    settings.KMS_ROTATION_SECONDS = 0

    class Life(KeyLife):
        person = people.ada

    run_state_machine_as_test(Life, settings=profile())


def profile() -> settings:
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=LIVES, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks)


class KeyLife(RuleBasedStateMachine):
    """One key of one person; ``state`` is what the model says, ``None`` once the key is gone."""

    person = None

    @initialize()
    def create(self) -> None:
        self.key_id = self.ask("CreateKey")["KeyMetadata"]["KeyId"]
        self.state: str | None = "Enabled"
        self.deletion_date = None
        self.blobs: dict[bytes, bytes] = {}
        self.rotations = 0
        self.next_rotation = None

    # --- what the service says ---
    def ask(self, action: str, **members: object) -> dict:
        return run_as(self.person, action, members)

    def on_key(self, action: str, **members: object) -> dict | type[KmsError]:
        try:
            return self.ask(action, KeyId=self.key_id, **members)
        except KmsError as refusal:
            return type(refusal)

    def now(self):
        return call_as(self.person, "ListKeys").time

    def refusal(self, *states: str) -> type[KmsError] | None:
        """What the model expects of an action that these states permit."""
        if self.state is None:
            return NotFoundException
        if self.state in states:
            return None
        return DisabledException if self.state == "Disabled" else KMSInvalidStateException

    def expects(self, answer: object, *states: str) -> bool:
        refusal = self.refusal(*states)
        assert (answer is refusal) if refusal else isinstance(answer, dict), (self.state, answer)
        return refusal is None

    # --- what may happen ---
    @rule(plaintext=st.binary(min_size=1, max_size=64))
    def encrypt(self, plaintext: bytes) -> None:
        answer = self.on_key("Encrypt", Plaintext=plaintext)
        if self.expects(answer, "Enabled"):
            self.blobs[answer["CiphertextBlob"]] = plaintext

    @rule()
    def disable(self) -> None:
        if self.expects(self.on_key("DisableKey"), "Enabled", "Disabled"):
            self.state = "Disabled"

    @rule()
    def enable(self) -> None:
        if self.expects(self.on_key("EnableKey"), "Enabled", "Disabled"):
            self.state = "Enabled"
            if self.next_rotation is not None:
                self.next_rotation = max(self.next_rotation, self.now())

    @rule()
    def rotate(self) -> None:
        if self.rotations < 25 and self.expects(self.on_key("RotateKeyOnDemand"), "Enabled"):
            self.rotations += 1

    @rule(days=st.integers(7, 30))
    def schedule_deletion(self, days: int) -> None:
        answer = self.on_key("ScheduleKeyDeletion", PendingWindowInDays=days)
        if self.expects(answer, "Enabled", "Disabled"):
            self.state, self.deletion_date = "PendingDeletion", answer["DeletionDate"]

    @rule()
    def cancel_deletion(self) -> None:
        answer = self.on_key("CancelKeyDeletion")
        if self.state == "PendingDeletion":
            assert isinstance(answer, dict)
            self.state, self.deletion_date = "Disabled", None
        else:
            assert answer is (NotFoundException if self.state is None else KMSInvalidStateException)

    @rule(days=st.sampled_from([1, 8, 31]), sweep=st.booleans())
    def time_passes(self, days: int, sweep: bool) -> None:
        self.ask("MoveClock", Days=days)
        if sweep:
            run_upkeep()
        if self.deletion_date is not None and self.deletion_date <= self.now():
            self.state, self.deletion_date = None, None

    # --- what always holds ---
    @invariant()
    def the_state_is_the_models(self) -> None:
        if not hasattr(self, "key_id"):
            return
        answer = self.on_key("DescribeKey")
        if self.state is None:
            assert answer is NotFoundException
            return
        metadata = answer["KeyMetadata"]
        assert metadata["KeyState"] == self.state
        assert metadata["Enabled"] is (self.state == "Enabled")
        assert metadata.get("DeletionDate") == self.deletion_date
        assert metadata["CreationDate"] <= self.now() + timedelta(seconds=1)

    @invariant()
    def every_ciphertext_opens_exactly_while_the_key_is_enabled(self) -> None:
        for blob, plaintext in list(getattr(self, "blobs", {}).items())[-2:]:
            answer = self.on_key("Decrypt", CiphertextBlob=blob)
            if self.expects(answer, "Enabled"):
                assert answer["Plaintext"] == plaintext

    @invariant()
    def each_rotation_left_its_material(self) -> None:
        if getattr(self, "state", None) is None:
            return
        rotations = self.on_key("ListKeyRotations", IncludeKeyMaterial="ALL_KEY_MATERIAL")["Rotations"]
        assert len(rotations) == self.rotations + 1
        assert [entry["KeyMaterialState"] for entry in rotations][-1] == "CURRENT"
