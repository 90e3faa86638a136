"""The one table of what follows what in the life of a request."""

import pytest

from sharekit.errors import RequestStateError
from sharekit.policies.requests import TRANSITIONS, RequestStep, after
from sharekit.records.requests import RequestState


@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("step", list(RequestStep))
def test_what_the_table_does_not_name_is_refused(state: RequestState, step: RequestStep) -> None:
    """Each pair leads where the table says, or is refused with both names (R-REQ-1)."""
    if (state, step) in TRANSITIONS:
        assert TRANSITIONS[state, step] is after(state, step)
        return
    with pytest.raises(RequestStateError) as refused:
        after(state, step)

    assert (state, step) == (refused.value.state, refused.value.step)


def test_what_is_over_stays_over() -> None:
    """Nothing leads out of CLOSED and CANCELLED, and no file is taken there, nor after ACCEPTED."""
    over = {RequestState.CLOSED, RequestState.CANCELLED}
    out = {(state, step) for (state, step), to in TRANSITIONS.items() if state in over and to is not state}
    taking = {state for state, step in TRANSITIONS if step in {RequestStep.RECEIVE_ALL, RequestStep.RECEIVE_SOME}}

    assert set() == out
    assert taking == set(RequestState) - over - {RequestState.ACCEPTED}


def test_every_state_is_reached() -> None:
    """There is a way from OPEN to each."""
    reached, before = {RequestState.OPEN}, set[RequestState]()
    while reached != before:
        before = set(reached)
        reached |= {to for (state, _), to in TRANSITIONS.items() if state in before}

    assert set(RequestState) == reached
