//! People with a login, as Mastodon's administration API shows them (`/api/v1/admin/accounts`).
//!
//! There is no mail address and no list of addresses here, nobody waits for approval, and who was disabled does not come
//! back: a person is active, or is suspended for good.

use crate::at::At;
use crate::closed::CLOSED;
use crate::entities::{self, Account, Role, stamp};
use crate::paging::Paging;
use crate::params::{Params, Query};
use crate::{ApiError, ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use entrenous_domain::people::{self, Wanted};
use entrenous_door::{Access, Doc, Routes};
use entrenous_model::{self as model, AccountId, Member};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

const READ: Access = Access::Admin("admin:read:accounts");
const WRITE: Access = Access::Admin("admin:write:accounts");
const FOR_GOOD: &str = "Who was disabled does not come back: they are invited anew.";

pub(super) fn routes() -> Routes<ApiState> {
    let doc = |summary| Doc::new("administration", summary);
    let list = |summary| {
        doc(summary)
            .query::<Asked>()
            .paged()
            .returns::<Vec<AdminAccount>>()
    };
    let refused = |summary, why| Doc::new(CLOSED, summary).about(why).status(403);
    Routes::new()
        .get(
            "/api/v1/admin/accounts",
            READ,
            list("People with a login, those who came last first (first version)").deprecated(),
            all,
        )
        .get(
            "/api/v2/admin/accounts",
            READ,
            list("People with a login, those who came last first"),
            all,
        )
        .get(
            "/api/v1/admin/accounts/{id}",
            READ,
            doc("A person with a login").returns::<AdminAccount>(),
            one,
        )
        .delete(
            "/api/v1/admin/accounts/{id}",
            WRITE,
            refused(
                "Delete the data of a suspended person: refused",
                "What people wrote stays, for those who took part.",
            ),
            stays,
        )
        .post(
            "/api/v1/admin/accounts/{id}/action",
            WRITE,
            doc("Act on a person: `disable` and `suspend` end their login for good, `none` does nothing")
                .body::<Action>()
                .returns::<Map<String, Value>>()
                .also(409, "They are the last owner"),
            act,
        )
        .post(
            "/api/v1/admin/accounts/{id}/enable",
            WRITE,
            refused("Enable a login again: refused", FOR_GOOD),
            comes_back,
        )
        .post(
            "/api/v1/admin/accounts/{id}/unsuspend",
            WRITE,
            refused("Lift a suspension: refused", FOR_GOOD),
            comes_back,
        )
        .post(
            "/api/v1/admin/accounts/{id}/unsilence",
            WRITE,
            doc("Lift a limit: nobody is limited here").returns::<AdminAccount>(),
            one,
        )
        .post(
            "/api/v1/admin/accounts/{id}/unsensitive",
            WRITE,
            doc("No longer hide someone's media: nobody's are").returns::<AdminAccount>(),
            one,
        )
}

/// A person with a login, as moderators see them; in reports also somebody of a peer.
#[derive(Debug, Serialize, JsonSchema)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the entity of the Mastodon API is a list of flags"
)]
pub(super) struct AdminAccount {
    /// Local id.
    id: String,
    /// Name before the `@`.
    username: String,
    /// Null for a person of this node.
    domain: Option<String>,
    /// When the login was made, or the account became known here.
    created_at: String,
    /// Empty: mail addresses are not kept.
    email: String,
    /// Null: addresses of networks are not kept.
    ip: Option<String>,
    /// None.
    ips: [Value; 0],
    /// Interface language; null for somebody of a peer.
    locale: Option<String>,
    /// Null: nobody asks to be let in.
    invite_request: Option<String>,
    /// What they may do; null for somebody of a peer.
    role: Option<Role>,
    /// Always true: they were invited.
    confirmed: bool,
    /// Always true: they were invited.
    approved: bool,
    /// They can sign in no more.
    disabled: bool,
    /// Always false.
    silenced: bool,
    /// The same as `disabled`.
    suspended: bool,
    /// Always false.
    sensitized: bool,
    /// As everyone sees them.
    account: Account,
}

impl AdminAccount {
    fn of(member: Member, account: Account) -> Self {
        let gone = member.disabled_at.is_some();
        Self {
            id: account.id.clone(),
            username: account.username.clone(),
            domain: None,
            created_at: stamp(member.created_at),
            email: String::new(),
            ip: None,
            ips: [],
            locale: Some(member.locale),
            invite_request: None,
            role: Some(Role::of(member.role)),
            confirmed: true,
            approved: true,
            disabled: gone,
            silenced: false,
            suspended: gone,
            sensitized: false,
            account,
        }
    }

    /// Of anyone, with or without a login here.
    pub(super) fn of_anyone(known: &model::Account, member: Option<Member>, account: Account) -> Self {
        if let Some(member) = member {
            return Self::of(member, account);
        }
        let gone = known.disabled_at.is_some();
        Self {
            id: account.id.clone(),
            username: account.username.clone(),
            domain: known.origin.as_ref().map(|origin| origin.authority().to_owned()),
            created_at: stamp(known.created_at),
            email: String::new(),
            ip: None,
            ips: [],
            locale: None,
            invite_request: None,
            role: None,
            confirmed: true,
            approved: true,
            disabled: gone,
            silenced: false,
            suspended: gone,
            sensitized: false,
            account,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Asked {
    /// `local`, or `remote`, of whom there are none.
    #[serde(deserialize_with = "lenient::text")]
    origin: Option<String>,
    /// `active`, `disabled` or `suspended`; of `pending` and `silenced` there are none.
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    /// `staff`: moderators and above.
    #[serde(deserialize_with = "lenient::text")]
    permissions: Option<String>,
    /// A part of the username.
    #[serde(deserialize_with = "lenient::text")]
    username: Option<String>,
    /// A part of the name.
    #[serde(deserialize_with = "lenient::text")]
    display_name: Option<String>,
    /// Of another domain there is nobody.
    #[serde(deserialize_with = "lenient::text")]
    by_domain: Option<String>,
    /// Only active people (first version).
    #[serde(deserialize_with = "lenient::flag")]
    active: Option<bool>,
    /// Only people who wait for approval: none (first version).
    #[serde(deserialize_with = "lenient::flag")]
    pending: Option<bool>,
    /// Only disabled people (first version).
    #[serde(deserialize_with = "lenient::flag")]
    disabled: Option<bool>,
    /// Only limited people: none (first version).
    #[serde(deserialize_with = "lenient::flag")]
    silenced: Option<bool>,
    /// Only suspended people (first version).
    #[serde(deserialize_with = "lenient::flag")]
    suspended: Option<bool>,
    /// Only moderators and above (first version).
    #[serde(deserialize_with = "lenient::flag")]
    staff: Option<bool>,
    /// Only people of other nodes: none (first version).
    #[serde(deserialize_with = "lenient::flag")]
    remote: Option<bool>,
}

impl Asked {
    /// Who is meant; `None` for nobody.
    fn wanted(self) -> Option<Wanted> {
        let is = |flag: Option<bool>| flag == Some(true);
        let status = self.status.as_deref().unwrap_or_default();
        let nobody = is(self.pending)
            || is(self.silenced)
            || is(self.remote)
            || self.origin.as_deref() == Some("remote")
            || ["pending", "silenced"].contains(&status)
            || self.by_domain.is_some_and(|domain| !domain.is_empty());
        let gone = is(self.disabled) || is(self.suspended) || ["disabled", "suspended"].contains(&status);
        let there = is(self.active) || status == "active";
        let text = |text: Option<String>| text.filter(|text| !text.is_empty());
        let nobody = nobody || (gone && there);
        (!nobody).then(|| Wanted {
            disabled: (gone || there).then_some(gone),
            staff: is(self.staff) || self.permissions.as_deref() == Some("staff"),
            username: text(self.username),
            display_name: text(self.display_name),
        })
    }
}

async fn entities_of(
    state: &ApiState,
    found: Vec<(Arc<model::Account>, Member)>,
) -> ApiResult<Vec<AdminAccount>> {
    let (accounts, members): (Vec<_>, Vec<Member>) = found.into_iter().unzip();
    let shown = entities::accounts(state, &accounts).await?;
    Ok(members
        .into_iter()
        .zip(shown)
        .map(|(member, account)| AdminAccount::of(member, account))
        .collect())
}

async fn all(
    State(state): State<ApiState>,
    mut paging: Paging,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let page = paging.at_most(100, 200);
    let found = match asked.wanted() {
        Some(wanted) => people::newest(state.ctx(), wanted, page).await?,
        None => Vec::new(),
    };
    let (newest, oldest, count) = (
        found.first().map(|(account, _)| account.id.get()),
        found.last().map(|(account, _)| account.id.get()),
        found.len(),
    );
    let shown = entities_of(&state, found).await?;
    Ok(paging.answer(&state, &shown, newest, oldest, count))
}

async fn shown(state: &ApiState, id: AccountId) -> ApiResult<AdminAccount> {
    let found = people::one(state.ctx(), id).await?;
    entities_of(state, vec![found])
        .await?
        .pop()
        .ok_or_else(ApiError::not_found)
}

async fn one(State(state): State<ApiState>, At(id): At<AccountId>) -> ApiResult<Json<AdminAccount>> {
    Ok(Json(shown(&state, id).await?))
}

/// What is to be done.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Action {
    /// `none`, `disable` or `suspend`.
    #[serde(rename = "type", deserialize_with = "lenient::text")]
    kind: Option<String>,
}

async fn act(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<AccountId>,
    Params(action): Params<Action>,
) -> ApiResult<Json<Map<String, Value>>> {
    shown(&state, id).await?;
    match action.kind.as_deref() {
        Some("disable" | "suspend") => people::disable_by(state.ctx(), caller.id(), id).await?,
        Some("none") => {}
        Some("silence" | "sensitive") => {
            return Err(ApiError::invalid(
                "people are not limited here: disable them, or talk to them",
            ));
        }
        _ => return Err(ApiError::invalid("type is none, disable or suspend")),
    }
    Ok(Json(Map::new()))
}

async fn comes_back(State(state): State<ApiState>, At(id): At<AccountId>) -> ApiResult<()> {
    shown(&state, id).await?;
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "Who was disabled does not come back: invite them anew",
    ))
}

async fn stays(State(state): State<ApiState>, At(id): At<AccountId>) -> ApiResult<()> {
    shown(&state, id).await?;
    Err(ApiError::new(
        StatusCode::FORBIDDEN,
        "What people wrote stays, for those who took part",
    ))
}
