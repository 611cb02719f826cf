//! What accounts need beside themselves: where their pictures are served, and the names of their organisations.

use super::account::Organisation;
use entrenous_domain::{Ctx, Result, peers, pictures};
use entrenous_model::{self as model, MediaId, Origin, PeerId};
use std::collections::{HashMap, HashSet};

/// Shown for people without a picture; served by this node like the rest of its pages.
const DEFAULT_AVATAR: &str = "/static/avatar.png";
/// Shown for people without a header picture.
const DEFAULT_HEADER: &str = "/static/header.png";

/// The look-ups behind the accounts of one answer.
pub(crate) struct Faces {
    origin: Origin,
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
            origin: ctx.origin().clone(),
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

    fn picture(&self, file: Option<MediaId>, default: &str) -> String {
        let path = file.and_then(|file| self.pictures.get(&file));
        self.origin.join(path.map_or(default, String::as_str))
    }
}
