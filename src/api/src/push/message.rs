//! What a device is told: the message that Mastodon clients read, in the language of its owner.

use crate::ApiState;
use crate::entities::Faces;
use crate::pages::Lang;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{Result, accounts, text};
use entrenous_model::{Notification, NotificationKind};
use serde_json::json;

/// Longest title, in characters.
const TITLE: usize = 120;
/// Longest text, in characters, as in Mastodon.
const BODY: usize = 140;
/// Longest address of a picture, in bytes; one that is longer is left out.
const ICON: usize = 1_000;

/// The message about a notification for a device of its owner, whose interface is in the language `locale`; `None` if who or
/// what it is about is gone. At most 2,500 bytes.
///
/// The field `access_token` is there because clients want one, and empty: a message goes through a service that is nobody of
/// this network, and stays on a device that may be lost. No client needs a key to the account to show it.
///
/// # Errors
/// Only the store's.
pub async fn push_message(state: &ApiState, locale: &str, told: &Notification) -> Result<Option<Vec<u8>>> {
    let ctx = state.ctx();
    let Some(from) = accounts::get(ctx, told.from).await? else {
        return Ok(None);
    };
    let body = match told.post {
        None => String::new(),
        Some(post) => {
            let views = posts::views(ctx, Viewer::Person(told.account), vec![post]).await?;
            let Some(view) = views.first() else {
                return Ok(None);
            };
            let shown = view
                .boosted
                .as_ref()
                .map_or(&view.body.post, |boosted| &boosted.body.post);
            // Behind a warning there may be what nobody else in the room is to read.
            if shown.spoiler.is_empty() {
                text::plain(&shown.content)
            } else {
                shown.spoiler.clone()
            }
        }
    };
    let faces = Faces::of(ctx, [from.as_ref()]).await?;
    let icon = Some(faces.avatar(&from)).filter(|icon| icon.len() <= ICON);
    let name = if from.display_name.trim().is_empty() {
        &from.username
    } else {
        &from.display_name
    };
    let lang = Lang::parse(locale).unwrap_or(Lang::En);
    let own = told.from == told.account;
    let message = json!({
        "access_token": "",
        "preferred_locale": lang.code(),
        "notification_id": told.id.to_string(),
        "notification_type": told.kind.as_str(),
        "icon": icon.unwrap_or_else(|| state.url("/static/icon-192.png")),
        "title": cut(&title(lang, told.kind, &cut(name.trim(), 60), own), TITLE),
        "body": cut(&body.split_whitespace().collect::<Vec<_>>().join(" "), BODY),
    });
    Ok(Some(message.to_string().into_bytes()))
}

/// What happened, in one line.
fn title(lang: Lang, kind: NotificationKind, who: &str, own: bool) -> String {
    let words = match lang {
        Lang::En => match kind {
            NotificationKind::Mention => "{} mentioned you",
            NotificationKind::Status => "{} has written",
            NotificationKind::Reblog => "{} boosted your post",
            NotificationKind::Follow => "{} follows you",
            NotificationKind::FollowRequest => "{} asks to follow you",
            NotificationKind::Favourite => "{} favourited your post",
            NotificationKind::Update => "{} changed a post you boosted",
            NotificationKind::Poll if own => "Your poll has ended",
            NotificationKind::Poll => "A poll you took part in has ended",
            NotificationKind::Quote => "{} quoted your post",
            NotificationKind::QuotedUpdate => "{} changed a post you quoted",
            NotificationKind::EmojiReaction => "{} reacted to your post",
            NotificationKind::AdminReport => "{} reported someone",
        },
        Lang::Fr => match kind {
            NotificationKind::Mention => "{} vous mentionne",
            NotificationKind::Status => "{} a publié",
            NotificationKind::Reblog => "{} a partagé votre publication",
            NotificationKind::Follow => "{} vous suit",
            NotificationKind::FollowRequest => "{} demande à vous suivre",
            NotificationKind::Favourite => "{} a ajouté votre publication à ses favoris",
            NotificationKind::Update => "{} a modifié une publication que vous aviez partagée",
            NotificationKind::Poll if own => "Votre sondage est terminé",
            NotificationKind::Poll => "Un sondage auquel vous avez participé est terminé",
            NotificationKind::Quote => "{} a cité votre publication",
            NotificationKind::QuotedUpdate => "{} a modifié une publication que vous aviez citée",
            NotificationKind::EmojiReaction => "{} a réagi à votre publication",
            NotificationKind::AdminReport => "{} a signalé quelqu’un",
        },
    };
    words.replacen("{}", who, 1)
}

/// At most `most` characters.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_of_its_own_in_both_languages() {
        let mut all = std::collections::BTreeSet::new();
        for kind in NotificationKind::ALL {
            for lang in [Lang::En, Lang::Fr] {
                assert!(all.insert(title(lang, kind, "Ada", false)), "{kind:?}");
            }
        }
        let braces = title(Lang::En, NotificationKind::Mention, "{}", false);
        assert_eq!(braces, "{} mentioned you");
    }

    #[test]
    fn long_ones_are_cut() {
        assert_eq!(cut("été", 3), "été");
        assert_eq!(cut("étés", 3), "ét…");
    }
}
