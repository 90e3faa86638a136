"""
The kinds about sharing: grants, follows, requests for access, and the settings of the portal.
"""

from typing import Any, Final

from sharekit.codec.kind import RecordKind
from sharekit.ports import Bool, Int, KeyValue, KindSpec, Ref, Time
from sharekit.records.access_requests import AccessRequest, AccessRequestKeys
from sharekit.records.grants import Children, Follow, FollowKeys, Grant, GrantKeys
from sharekit.records.settings import PortalSettings

__all__ = ["ACCESS_REQUEST", "ALL_OF_SHARING", "FOLLOW", "GRANT", "PORTAL_SETTINGS", "SETTINGS_ID"]

SETTINGS_ID: Final = "portal"


def _grant_keys(grant: Grant) -> dict[str, KeyValue]:
    return {
        GrantKeys.NODE: grant.node,
        GrantKeys.GRANTEE: grant.grantee,
        GrantKeys.LIVE: grant.live,
        GrantKeys.FLOWS: grant.children is Children.FUTURE,
        GrantKeys.LEVEL: grant.access.level,
        GrantKeys.EXPIRES_AT: grant.expires_at,
        GrantKeys.GRANTED_BY: grant.granted_by,
        GrantKeys.GRANTED_AT: grant.granted_at,
        GrantKeys.VIA: grant.via,
    }


def _request_keys(request: AccessRequest) -> dict[str, KeyValue]:
    return {
        AccessRequestKeys.NODE: request.node,
        AccessRequestKeys.CONTACT: request.contact.id,
        AccessRequestKeys.STATE: str(request.state),
        AccessRequestKeys.ASKED_AT: request.asked_at,
    }


GRANT: Final = RecordKind(
    KindSpec(
        GrantKeys.KIND,
        {
            GrantKeys.NODE: Ref,
            GrantKeys.GRANTEE: Ref,
            GrantKeys.LIVE: Bool,
            GrantKeys.FLOWS: Bool,
            GrantKeys.LEVEL: Int,
            GrantKeys.EXPIRES_AT: Time,
            GrantKeys.GRANTED_BY: Ref,
            GrantKeys.GRANTED_AT: Time,
            GrantKeys.VIA: Ref,
        },
        indexes=[
            # Each with everything that a list asks of a grant, so that it does not read the grant itself.
            (GrantKeys.GRANTEE, GrantKeys.LIVE, GrantKeys.NODE, GrantKeys.FLOWS, GrantKeys.EXPIRES_AT),
            (GrantKeys.NODE, GrantKeys.GRANTEE, GrantKeys.LIVE, GrantKeys.FLOWS, GrantKeys.EXPIRES_AT),
            (GrantKeys.GRANTED_BY,),
            (GrantKeys.GRANTED_AT,),
            (GrantKeys.VIA,),
        ],
    ),
    Grant,
    id_of=lambda grant: grant.id,
    keys_of=_grant_keys,
    remembers=4096,
)

FOLLOW: Final = RecordKind(
    KindSpec(
        "follow",
        {FollowKeys.NODE: Ref, FollowKeys.PARTY: Ref},
        indexes=[(FollowKeys.NODE, FollowKeys.PARTY), (FollowKeys.PARTY, FollowKeys.NODE)],
    ),
    Follow,
    id_of=lambda follow: follow.id,
    keys_of=lambda follow: {FollowKeys.NODE: follow.node, FollowKeys.PARTY: follow.party},
)

ACCESS_REQUEST: Final = RecordKind(
    KindSpec(
        "access-request",
        {
            AccessRequestKeys.NODE: Ref,
            AccessRequestKeys.CONTACT: Ref,
            AccessRequestKeys.STATE: Ref,
            AccessRequestKeys.ASKED_AT: Time,
        },
        indexes=[(AccessRequestKeys.STATE, AccessRequestKeys.ASKED_AT), (AccessRequestKeys.NODE,)],
    ),
    AccessRequest,
    id_of=lambda request: request.id,
    keys_of=_request_keys,
)

PORTAL_SETTINGS: Final = RecordKind(
    KindSpec("portal-settings"), PortalSettings, id_of=lambda _: SETTINGS_ID, keys_of=lambda _: {}, remembers=64
)

ALL_OF_SHARING: Final[tuple[RecordKind[Any], ...]] = (  # of every record class
    GRANT,
    FOLLOW,
    ACCESS_REQUEST,
    PORTAL_SETTINGS,
)
