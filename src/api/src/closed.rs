//! What Mastodon documents and a closed node has no use for: answered as documented, with nothing, or refused with the
//! reason, in one table. `docs/api/mastodon.md` is made from it.

use crate::{ApiError, ApiResult, ApiState};
use axum::Json;
use entrenous_door::{Access, Doc, Routes};
use http::{Method, StatusCode};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The noun of these routes in the documents.
pub(crate) const CLOSED: &str = "closed node";

/// What is answered.
#[derive(Clone, Copy)]
enum Answer {
    /// A list without entries.
    List,
    /// This JSON object.
    Object(&'static str),
    /// 404: what the path names does not exist.
    Absent,
    /// 403, with this reason.
    Refused(&'static str),
}

/// Who is asked for a token of what kind.
#[derive(Clone, Copy)]
enum Caller {
    /// A client, with or without a person.
    App,
    /// A person.
    Person,
    /// A person who administers the node.
    Admin,
}

/// Several routes that are answered alike, and why.
struct Group {
    caller: Caller,
    why: &'static str,
    answers: &'static [(Method, &'static str, &'static str, Answer)],
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PUT: Method = Method::PUT;
const PATCH: Method = Method::PATCH;
const DELETE: Method = Method::DELETE;

const INVITED: Answer = Answer::Refused("People come here by a personal invitation, never by signing up");
const PEERS_ONLY: Answer = Answer::Refused(
    "Nodes are connected by invitation, and all others are refused: see the organisations of this node",
);
const NO_BLOCKS: Answer =
    Answer::Refused("Only people who were invited can sign in: there is nobody to block");

/// One row a method: (method, path, scopes, answer).
const GROUPS: &[Group] = &[
    Group {
        caller: Caller::App,
        why: "Accounts are by personal invitation only.",
        answers: &[(
            POST,
            "/api/v1/accounts",
            "",
            Answer::Refused("People join by a personal invitation: open the link you were sent"),
        )],
    },
    Group {
        caller: Caller::Person,
        why: "Posts are given to no service that translates.",
        answers: &[
            (
                POST,
                "/api/v1/statuses/{id}/translate",
                "read:statuses",
                Answer::Absent,
            ),
            (
                GET,
                "/api/v1/instance/translation_languages",
                "",
                Answer::Object("{}"),
            ),
        ],
    },
    Group {
        caller: Caller::Admin,
        why: "Only nodes that were invited are spoken to; who they are is at `/api/entrenous/v1/admin/peers`.",
        answers: &[
            (
                GET,
                "/api/v1/admin/domain_allows",
                "admin:read:domain_allows",
                Answer::List,
            ),
            (
                GET,
                "/api/v1/admin/domain_allows/{id}",
                "admin:read:domain_allows",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/admin/domain_allows",
                "admin:write:domain_allows",
                PEERS_ONLY,
            ),
            (
                DELETE,
                "/api/v1/admin/domain_allows/{id}",
                "admin:write:domain_allows",
                Answer::Absent,
            ),
            (
                GET,
                "/api/v1/admin/domain_blocks",
                "admin:read:domain_blocks",
                Answer::List,
            ),
            (
                GET,
                "/api/v1/admin/domain_blocks/{id}",
                "admin:read:domain_blocks",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/admin/domain_blocks",
                "admin:write:domain_blocks",
                PEERS_ONLY,
            ),
            (
                PUT,
                "/api/v1/admin/domain_blocks/{id}",
                "admin:write:domain_blocks",
                Answer::Absent,
            ),
            (
                DELETE,
                "/api/v1/admin/domain_blocks/{id}",
                "admin:write:domain_blocks",
                Answer::Absent,
            ),
        ],
    },
    Group {
        caller: Caller::Admin,
        why: "Nobody can sign up, so addresses of mail and of networks are not blocked.",
        answers: &[
            (
                GET,
                "/api/v1/admin/canonical_email_blocks",
                "admin:read:canonical_email_blocks",
                Answer::List,
            ),
            (
                GET,
                "/api/v1/admin/canonical_email_blocks/{id}",
                "admin:read:canonical_email_blocks",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/admin/canonical_email_blocks",
                "admin:write:canonical_email_blocks",
                NO_BLOCKS,
            ),
            (
                POST,
                "/api/v1/admin/canonical_email_blocks/test",
                "admin:read:canonical_email_blocks",
                Answer::List,
            ),
            (
                DELETE,
                "/api/v1/admin/canonical_email_blocks/{id}",
                "admin:write:canonical_email_blocks",
                Answer::Absent,
            ),
            (
                GET,
                "/api/v1/admin/email_domain_blocks",
                "admin:read:email_domain_blocks",
                Answer::List,
            ),
            (
                GET,
                "/api/v1/admin/email_domain_blocks/{id}",
                "admin:read:email_domain_blocks",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/admin/email_domain_blocks",
                "admin:write:email_domain_blocks",
                NO_BLOCKS,
            ),
            (
                DELETE,
                "/api/v1/admin/email_domain_blocks/{id}",
                "admin:write:email_domain_blocks",
                Answer::Absent,
            ),
            (
                GET,
                "/api/v1/admin/ip_blocks",
                "admin:read:ip_blocks",
                Answer::List,
            ),
            (
                GET,
                "/api/v1/admin/ip_blocks/{id}",
                "admin:read:ip_blocks",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/admin/ip_blocks",
                "admin:write:ip_blocks",
                NO_BLOCKS,
            ),
            (
                PUT,
                "/api/v1/admin/ip_blocks/{id}",
                "admin:write:ip_blocks",
                Answer::Absent,
            ),
            (
                DELETE,
                "/api/v1/admin/ip_blocks/{id}",
                "admin:write:ip_blocks",
                Answer::Absent,
            ),
        ],
    },
    Group {
        caller: Caller::Admin,
        why: "People come by a personal invitation: nobody waits to be let in.",
        answers: &[
            (
                POST,
                "/api/v1/admin/accounts/{id}/approve",
                "admin:write:accounts",
                INVITED,
            ),
            (
                POST,
                "/api/v1/admin/accounts/{id}/reject",
                "admin:write:accounts",
                INVITED,
            ),
        ],
    },
    Group {
        caller: Caller::Admin,
        why: "People are not counted and watched here; the node's figures are in its log and on its overview.",
        answers: &[
            (POST, "/api/v1/admin/dimensions", "admin:read", Answer::List),
            (POST, "/api/v1/admin/measures", "admin:read", Answer::List),
            (POST, "/api/v1/admin/retention", "admin:read", Answer::List),
        ],
    },
    Group {
        caller: Caller::Admin,
        why: "What trends is not chosen by anybody.",
        answers: &[
            (GET, "/api/v1/admin/trends/links", "admin:read", Answer::List),
            (GET, "/api/v1/admin/trends/statuses", "admin:read", Answer::List),
            (GET, "/api/v1/admin/trends/tags", "admin:read", Answer::List),
        ],
    },
    Group {
        caller: Caller::Person,
        why: "People's year is not put on show.",
        answers: &[
            (
                GET,
                "/api/v1/annual_reports",
                "read:accounts",
                Answer::Object(r#"{"annual_reports":[],"accounts":[],"statuses":[]}"#),
            ),
            (
                GET,
                "/api/v1/annual_reports/{id}",
                "read:accounts",
                Answer::Absent,
            ),
            (
                GET,
                "/api/v1/annual_reports/{id}/state",
                "read:accounts",
                Answer::Object(r#"{"state":"ineligible"}"#),
            ),
            (
                POST,
                "/api/v1/annual_reports/{id}/read",
                "write:accounts",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/annual_reports/{id}/generate",
                "write:accounts",
                Answer::Absent,
            ),
        ],
    },
    Group {
        caller: Caller::Person,
        why: "Collections of people to follow are of Mastodon 4.6; here are lists, and the directory of the network.",
        answers: &[
            (
                GET,
                "/api/v1/{id}/collections",
                "read:collections",
                Answer::Object(r#"{"collections":[]}"#),
            ),
            (
                GET,
                "/api/v1/{id}/in_collections",
                "read:collections",
                Answer::Object(r#"{"collections":[]}"#),
            ),
            (
                POST,
                "/api/v1/collections",
                "write:collections",
                Answer::Refused("There are no collections here"),
            ),
            (
                GET,
                "/api/v1/collections/{id}",
                "read:collections",
                Answer::Absent,
            ),
            (
                PATCH,
                "/api/v1/collections/{id}",
                "write:collections",
                Answer::Absent,
            ),
            (
                PUT,
                "/api/v1/collections/{id}",
                "write:collections",
                Answer::Absent,
            ),
            (
                DELETE,
                "/api/v1/collections/{id}",
                "write:collections",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/collections/{id}/items",
                "write:collections",
                Answer::Absent,
            ),
            (
                DELETE,
                "/api/v1/collections/{id}/items/{item}",
                "write:collections",
                Answer::Absent,
            ),
            (
                POST,
                "/api/v1/collections/{id}/items/{item}/revoke",
                "write:collections",
                Answer::Absent,
            ),
        ],
    },
    Group {
        caller: Caller::Person,
        why: "Mail addresses are not confirmed: who was invited is known.",
        answers: &[(
            POST,
            "/api/v1/emails/confirmations",
            "",
            Answer::Refused("This method is only available while the e-mail is awaiting confirmation"),
        )],
    },
    Group {
        caller: Caller::Person,
        why: "Nothing of a node is embedded elsewhere.",
        answers: &[(GET, "/api/oembed", "read:statuses", Answer::Absent)],
    },
    Group {
        caller: Caller::Person,
        why: "No strange server is contacted, so links have no preview, and do not trend.",
        answers: &[
            (GET, "/api/v1/trends/links", "", Answer::List),
            (GET, "/api/v1/timelines/link", "read:statuses", Answer::List),
        ],
    },
    Group {
        caller: Caller::Person,
        why: "Everything that is no peer is refused; which nodes are peers is told by `/api/entrenous/v1/peers`.",
        answers: &[
            (GET, "/api/v1/instance/domain_blocks", "", Answer::List),
            (GET, "/api/v1/instance/peers", "", Answer::List),
        ],
    },
    Group {
        caller: Caller::Person,
        why: "What people do is not counted by the week.",
        answers: &[(GET, "/api/v1/instance/activity", "", Answer::List)],
    },
    Group {
        caller: Caller::Person,
        why: "The organisation's own rules apply; house rules are at `/api/v1/instance/rules`.",
        answers: &[
            (GET, "/api/v1/instance/terms_of_service", "", Answer::Absent),
            (
                GET,
                "/api/v1/instance/terms_of_service/{date}",
                "",
                Answer::Absent,
            ),
        ],
    },
];

pub(crate) fn routes() -> Routes<ApiState> {
    let mut routes = Routes::new();
    for group in GROUPS {
        for (method, path, scopes, answer) in group.answers {
            let access = match group.caller {
                Caller::App => Access::App,
                Caller::Person => Access::Person(scopes),
                Caller::Admin => Access::Admin(scopes),
            };
            let doc = Doc::new(CLOSED, summary(*answer)).about(group.why);
            let doc = match answer {
                Answer::List => doc.returns::<Vec<Value>>(),
                Answer::Object(_) => doc.returns::<Map<String, Value>>(),
                Answer::Absent => doc.status(404),
                Answer::Refused(_) => doc.status(403),
            };
            let answer = *answer;
            let handler = async move || said(answer);
            routes = routes.route(method.clone(), path, access, doc, handler);
        }
    }
    routes
}

const fn summary(answer: Answer) -> &'static str {
    match answer {
        Answer::List => "Always an empty list",
        Answer::Object(_) => "Always the same: nothing",
        Answer::Absent => "There is none",
        Answer::Refused(text) => text,
    }
}

fn said(answer: Answer) -> ApiResult<Json<Box<RawValue>>> {
    let text = match answer {
        Answer::List => "[]",
        Answer::Object(text) => text,
        Answer::Absent => return Err(ApiError::not_found()),
        Answer::Refused(text) => return Err(ApiError::new(StatusCode::FORBIDDEN, text)),
    };
    RawValue::from_string(text.to_owned())
        .map(Json)
        .map_err(ApiError::internal)
}
