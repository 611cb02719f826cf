//! What accounts need beside themselves: where their pictures are served, and the names of their organisations.

use super::CustomEmoji;
use super::account::Organisation;
use entrenous_domain::custom_emoji::{self, Emojis};
use entrenous_domain::{Ctx, Result, peers, pictures};
use entrenous_model::{self as model, MediaId, PeerId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Shown for people without a picture; served by this node like the rest of its pages.
const DEFAULT_AVATAR: &str = "/static/avatar.png";
/// Shown for people without a header picture.
const DEFAULT_HEADER: &str = "/static/header.png";

/// The look-ups behind the accounts of one answer.
pub(crate) struct Faces {
    ctx: Ctx,
    emojis: Arc<Emojis>,
    pictures: HashMap<MediaId, String>,
    organisations: HashMap<PeerId, Organisation>,
}

impl Faces {
    /// Reads what the given accounts need.
    ///
    /// # Errors
    /// Only the store's.
    pub(crate) async fn of<'a>(
        ctx: &Ctx,
        accounts: impl IntoIterator<Item = &'a model::Account>,
    ) -> Result<Self> {
        let (mut files, mut homes) = (HashSet::new(), HashSet::new());
        for account in accounts {
            files.extend(account.avatar);
            files.extend(account.header);
            homes.extend(account.peer);
        }
        let pictures = pictures::paths(ctx, files.into_iter().collect()).await?;
        let mut organisations = HashMap::new();
        for home in homes {
            if let Some(peer) = peers::get(ctx, home).await? {
                let organisation = Organisation {
                    name: peer.name.clone(),
                    authority: peer.origin.authority().to_owned(),
                };
                organisations.insert(home, organisation);
            }
        }
        Ok(Self {
            ctx: ctx.clone(),
            emojis: custom_emoji::known(ctx).await?,
            pictures,
            organisations,
        })
    }

    /// Where the picture of an account is served.
    pub(crate) fn avatar(&self, account: &model::Account) -> String {
        self.picture(account.avatar, DEFAULT_AVATAR)
    }

    /// Where the header picture of an account is served.
    pub(crate) fn header(&self, account: &model::Account) -> String {
        self.picture(account.header, DEFAULT_HEADER)
    }

    /// The organisation of a person of a peer.
    pub(super) fn organisation(&self, account: &model::Account) -> Option<Organisation> {
        self.organisations.get(&account.peer?).cloned()
    }

    /// The custom emoji in a profile: in name, biography and table.
    pub(super) fn emojis_of(&self, account: &model::Account) -> Vec<CustomEmoji> {
        let fields = account
            .fields
            .iter()
            .flat_map(|field| [field.name.as_str(), field.value.as_str()]);
        let texts = [account.display_name.as_str(), account.note.as_str()];
        let texts = texts.into_iter().chain(fields);
        CustomEmoji::used(&self.ctx, &self.emojis, account.peer, texts)
            .inspect_err(|error| tracing::error!(%error, "emoji of a profile cannot be named"))
            .unwrap_or_default()
    }

    fn picture(&self, file: Option<MediaId>, default: &str) -> String {
        let path = file.and_then(|file| self.pictures.get(&file));
        self.ctx.origin().join(path.map_or(default, String::as_str))
    }
}
