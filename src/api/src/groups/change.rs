//! Making, changing and ending groups, joining and leaving them.

use super::{doc, relation_to, shown};
use crate::accounts::picture::{self, Prepared, Shape};
use crate::at::At;
use crate::entities::{Group, GroupRelationship};
use crate::params::{File, Params, Upload};
use crate::{ApiResult, ApiState, Caller, lenient};
use axum::Json;
use axum::extract::State;
use entrenous_domain::groups::{self, Change, New};
use entrenous_domain::media;
use entrenous_door::{Access, Routes};
use entrenous_model::{GroupId, GroupKind, GroupPolicy, MediaId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

pub(super) fn routes() -> Routes<ApiState> {
    let write = Access::Person("write:groups");
    Routes::new()
        .post(
            "/api/v1/groups",
            write,
            doc("Make a group, with me as its owner")
                .body::<Said>()
                .files()
                .returns::<Group>()
                .also(409, "The name is taken or reserved"),
            create,
        )
        .patch(
            "/api/v1/groups/{id}",
            write,
            doc("Change a group that I own; what is not said stays")
                .body::<Said>()
                .files()
                .returns::<Group>(),
            update,
        )
        .delete(
            "/api/v1/groups/{id}",
            write,
            doc("End a group that I own, with all that was said in it")
                .about("Administrators of the node may end any group.")
                .returns::<Map<String, Value>>(),
            end,
        )
        .post(
            "/api/v1/groups/{id}/join",
            write,
            doc("Join an open group, ask to be let into a closed one, or accept an invitation")
                .body::<Request>()
                .returns::<GroupRelationship>()
                .also(409, "The group is full, or I am in too many"),
            join,
        )
        .post(
            "/api/v1/groups/{id}/leave",
            write,
            doc("Leave a group, take a request back, or turn an invitation down")
                .returns::<GroupRelationship>(),
            leave,
        )
}

/// What is said of a group.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Said {
    /// Name shown, 1 to 100 characters; a new group needs one.
    #[serde(deserialize_with = "lenient::text")]
    display_name: Option<String>,
    /// What a new group is called by `@`: 1 to 30 letters, digits, `_`, `-` or `.`. Made of the name shown if not said; of no
    /// effect for a secret group and in a change.
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    /// What it is about, at most 1,000 characters.
    #[serde(deserialize_with = "lenient::text")]
    note: Option<String>,
    /// Rules of its own, at most 5,000 characters.
    #[serde(deserialize_with = "lenient::text")]
    rules: Option<String>,
    /// `open` (as a new group is), `closed` or `secret`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    kind: Option<GroupKind>,
    /// As other clients say it: `members_only` is a secret group; `everyone` makes one known that is secret.
    #[serde(deserialize_with = "lenient::text")]
    group_visibility: Option<String>,
    /// As other clients say it: a group that one does not join at once. Of one that is secret, and stays so, it says nothing.
    #[serde(deserialize_with = "lenient::flag")]
    locked: Option<bool>,
    /// Who begins threads: `members` (as in a new group) or `moderators`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    posting: Option<GroupPolicy>,
    /// Who invites: `members` (as in a new group) or `moderators`.
    #[serde(deserialize_with = "lenient::word")]
    #[schemars(with = "Option<String>")]
    invites: Option<GroupPolicy>,
}

impl Said {
    /// The kind, in whichever words it was said; `was` is what the group is now.
    fn kind(&self, was: GroupKind) -> Option<GroupKind> {
        if self.kind.is_some() {
            return self.kind;
        }
        let secret = was == GroupKind::Secret;
        match (self.group_visibility.as_deref(), self.locked) {
            (Some("members_only"), _) => Some(GroupKind::Secret),
            // A secret group is locked as well: who says so, or not, does not tell everyone of it.
            (Some("everyone"), None) if secret => Some(GroupKind::Closed),
            (visibility, _) if secret && visibility != Some("everyone") => None,
            (_, Some(true)) => Some(GroupKind::Closed),
            (_, Some(false)) => Some(GroupKind::Open),
            (_, None) => None,
        }
    }
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Request {
    /// What I say to those who let people in, at most 500 characters.
    #[serde(deserialize_with = "lenient::text")]
    note: Option<String>,
}

/// The pictures that came with what is said, ready to be stored.
struct Pictures {
    avatar: Option<Prepared>,
    header: Option<Prepared>,
}

impl Pictures {
    /// Looked at before anything else happens, since they can be refused.
    ///
    /// # Errors
    /// 422 for a file that is no picture.
    async fn of(upload: &mut Upload<Said>) -> ApiResult<Self> {
        let (avatar, header) = (upload.take("avatar"), upload.take("header"));
        Ok(Self {
            avatar: prepared(avatar, Shape::Avatar).await?,
            header: prepared(header, Shape::Header).await?,
        })
    }

    /// Puts them on a group that the caller owns.
    async fn put(self, state: &ApiState, caller: &Caller, id: GroupId) -> ApiResult<()> {
        if self.avatar.is_none() && self.header.is_none() {
            return Ok(());
        }
        let change = Change {
            avatar: stored(state, id, self.avatar).await?.map(Some),
            header: stored(state, id, self.header).await?.map(Some),
            ..Change::default()
        };
        Ok(groups::change(state.ctx(), caller.id(), id, change).await?)
    }
}

async fn prepared(file: Option<File>, shape: Shape) -> ApiResult<Option<Prepared>> {
    let Some(file) = file else { return Ok(None) };
    let prepare = move |bytes: &[u8]| picture::prepare(bytes, shape);
    Ok(Some(picture::off_path(file.bytes, prepare).await?))
}

async fn stored(state: &ApiState, id: GroupId, picture: Option<Prepared>) -> ApiResult<Option<MediaId>> {
    let Some(picture) = picture else { return Ok(None) };
    let (bytes, kind) = (picture.bytes, picture.content_type);
    let stored = media::store_picture(state.ctx(), id.account(), bytes, kind, None).await?;
    Ok(Some(stored.id))
}

async fn create(
    State(state): State<ApiState>,
    caller: Caller,
    mut upload: Upload<Said>,
) -> ApiResult<Json<Group>> {
    let pictures = Pictures::of(&mut upload).await?;
    let asked = upload.params;
    let new = New {
        kind: asked.kind(GroupKind::Open).unwrap_or(GroupKind::Open),
        username: asked.name,
        display_name: asked.display_name.unwrap_or_default(),
        note: asked.note.unwrap_or_default(),
        rules: asked.rules.unwrap_or_default(),
        posting: asked.posting.unwrap_or(GroupPolicy::Members),
        invites: asked.invites.unwrap_or(GroupPolicy::Members),
    };
    let id = groups::create(state.ctx(), caller.id(), new).await?;
    pictures.put(&state, &caller, id).await?;
    shown(&state, &groups::get(state.ctx(), caller.id(), id).await?).await
}

async fn update(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    mut upload: Upload<Said>,
) -> ApiResult<Json<Group>> {
    let pictures = Pictures::of(&mut upload).await?;
    let asked = upload.params;
    let was = groups::get(state.ctx(), caller.id(), id).await?.group.kind;
    let change = Change {
        kind: asked.kind(was),
        display_name: asked.display_name,
        note: asked.note,
        rules: asked.rules,
        posting: asked.posting,
        invites: asked.invites,
        ..Change::default()
    };
    // First, since it says whether the group is theirs.
    groups::change(state.ctx(), caller.id(), id, change).await?;
    pictures.put(&state, &caller, id).await?;
    shown(&state, &groups::get(state.ctx(), caller.id(), id).await?).await
}

async fn end(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
) -> ApiResult<Json<Map<String, Value>>> {
    groups::end(state.ctx(), caller.id(), id).await?;
    Ok(Json(Map::new()))
}

async fn join(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
    Params(asked): Params<Request>,
) -> ApiResult<Json<GroupRelationship>> {
    groups::join(state.ctx(), caller.id(), id, &asked.note.unwrap_or_default()).await?;
    relation_to(&state, &caller, id).await
}

async fn leave(
    State(state): State<ApiState>,
    caller: Caller,
    At(id): At<GroupId>,
) -> ApiResult<Json<GroupRelationship>> {
    groups::leave(state.ctx(), caller.id(), id).await?;
    relation_to(&state, &caller, id).await
}
