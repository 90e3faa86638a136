"""
The kinds about notices: the outbox, what people hear of, and the letters and calls that carry it.
"""

from typing import Any, Final

from sharekit.codec.kind import RecordKind
from sharekit.ports import Bool, Int, KeyValue, KindSpec, Ref, Time
from sharekit.records.notices import Delivery, DeliveryKeys, Notice, NoticeKeys, NoticePreferences, PreferenceKeys
from sharekit.records.outbox import OutboxEntry, OutboxKeys
from sharekit.records.webhooks import Webhook, WebhookKeys

__all__ = ["ALL_OF_NOTICES", "DELIVERY", "NOTICE", "NOTICE_PREFERENCES", "OUTBOX_ENTRY", "WEBHOOK"]


def _notice_keys(notice: Notice) -> dict[str, KeyValue]:
    return {
        NoticeKeys.PERSON: notice.person,
        NoticeKeys.STATE: str(notice.state),
        NoticeKeys.DUE_AT: notice.due_at,
        NoticeKeys.PLACE: notice.place,
        NoticeKeys.SEEN: notice.seen_at is not None,
        NoticeKeys.SUBJECT: notice.subject,
    }


def _delivery_keys(delivery: Delivery) -> dict[str, KeyValue]:
    return {
        DeliveryKeys.STATE: str(delivery.state),
        DeliveryKeys.CARRIER: str(delivery.carrier),
        DeliveryKeys.DUE_AT: delivery.due_at,
        DeliveryKeys.PARTY: delivery.party,
        DeliveryKeys.CREATED_AT: delivery.created_at,
    }


OUTBOX_ENTRY: Final = RecordKind(
    KindSpec(
        "outbox-entry",
        {OutboxKeys.STATE: Ref, OutboxKeys.DUE_AT: Time},
        indexes=[(OutboxKeys.STATE, OutboxKeys.DUE_AT)],
    ),
    OutboxEntry,
    id_of=lambda entry: entry.id,
    keys_of=lambda entry: {OutboxKeys.STATE: str(entry.state), OutboxKeys.DUE_AT: entry.due_at},
)

NOTICE: Final = RecordKind(
    KindSpec(
        "notice",
        {
            NoticeKeys.PERSON: Ref,
            NoticeKeys.STATE: Ref,
            NoticeKeys.DUE_AT: Time,
            NoticeKeys.PLACE: Int,
            NoticeKeys.SEEN: Bool,
            NoticeKeys.SUBJECT: Ref,
        },
        indexes=[
            (NoticeKeys.STATE, NoticeKeys.DUE_AT),
            (NoticeKeys.PERSON, NoticeKeys.STATE, NoticeKeys.PLACE),
            (NoticeKeys.PERSON, NoticeKeys.SEEN, NoticeKeys.PLACE),
            (NoticeKeys.PERSON, NoticeKeys.PLACE),
        ],
    ),
    Notice,
    id_of=lambda notice: notice.id,
    keys_of=_notice_keys,
)

DELIVERY: Final = RecordKind(
    KindSpec(
        "delivery",
        {
            DeliveryKeys.STATE: Ref,
            DeliveryKeys.CARRIER: Ref,
            DeliveryKeys.DUE_AT: Time,
            DeliveryKeys.PARTY: Ref,
            DeliveryKeys.CREATED_AT: Time,
        },
        indexes=[
            (DeliveryKeys.STATE, DeliveryKeys.CARRIER, DeliveryKeys.DUE_AT),
            (DeliveryKeys.STATE, DeliveryKeys.CREATED_AT),
            (DeliveryKeys.PARTY, DeliveryKeys.CREATED_AT),
        ],
    ),
    Delivery,
    id_of=lambda delivery: delivery.id,
    keys_of=_delivery_keys,
)

NOTICE_PREFERENCES: Final = RecordKind(
    KindSpec(
        "notice-preferences",
        {PreferenceKeys.PERSON: Ref, PreferenceKeys.HANDLE: Ref},
        indexes=[(PreferenceKeys.HANDLE,)],
    ),
    NoticePreferences,
    id_of=lambda preferences: preferences.id,
    keys_of=lambda preferences: {
        PreferenceKeys.PERSON: preferences.person,
        PreferenceKeys.HANDLE: preferences.handle,
    },
)

WEBHOOK: Final = RecordKind(
    KindSpec(
        "webhook",
        {WebhookKeys.ACTIVE: Bool, WebhookKeys.CREATED_AT: Time},
        indexes=[(WebhookKeys.ACTIVE,)],
    ),
    Webhook,
    id_of=lambda webhook: webhook.id,
    keys_of=lambda webhook: {WebhookKeys.ACTIVE: webhook.active, WebhookKeys.CREATED_AT: webhook.created_at},
)

ALL_OF_NOTICES: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    OUTBOX_ENTRY,
    NOTICE,
    DELIVERY,
    NOTICE_PREFERENCES,
    WEBHOOK,
)
