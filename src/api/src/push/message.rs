//! What a device is told: the message that Mastodon clients read, in the language of its owner.

use crate::ApiState;
use crate::entities::Faces;
use crate::pages::Lang;
use entrenous_domain::posts::{self, Viewer};
use entrenous_domain::{Result, accounts, text};
use entrenous_model::Notification;
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
        "title": cut(&title(lang, told.kind.as_str(), &cut(name.trim(), 60), own), TITLE),
        "body": cut(&body.split_whitespace().collect::<Vec<_>>().join(" "), BODY),
    });
    Ok(Some(message.to_string().into_bytes()))
}

/// What happened, in one line.
fn title(lang: Lang, kind: &str, who: &str, own: bool) -> String {
    let words = match lang {
        Lang::En => match kind {
            "mention" => "{} mentioned you",
            "status" => "{} has written",
            "reblog" => "{} boosted your post",
            "follow" => "{} follows you",
            "follow_request" => "{} asks to follow you",
            "favourite" => "{} favourited your post",
            "update" => "{} changed a post you boosted",
            "poll" if own => "Your poll has ended",
            "poll" => "A poll you took part in has ended",
            "quote" => "{} quoted your post",
            "quoted_update" => "{} changed a post you quoted",
            _ => "{}: something new",
        },
        Lang::Fr => match kind {
            "mention" => "{} vous mentionne",
            "status" => "{} a publié",
            "reblog" => "{} a partagé votre publication",
            "follow" => "{} vous suit",
            "follow_request" => "{} demande à vous suivre",
            "favourite" => "{} a ajouté votre publication à ses favoris",
            "update" => "{} a modifié une publication que vous aviez partagée",
            "poll" if own => "Votre sondage est terminé",
            "poll" => "Un sondage auquel vous avez participé est terminé",
            "quote" => "{} a cité votre publication",
            "quoted_update" => "{} a modifié une publication que vous aviez citée",
            _ => "{} : du nouveau",
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
    use entrenous_model::NotificationKind;

    #[test]
    fn every_kind_has_words_in_both_languages() {
        for kind in NotificationKind::ALL {
            let (english, french) = (
                title(Lang::En, kind.as_str(), "Ada", false),
                title(Lang::Fr, kind.as_str(), "Ada", false),
            );
            assert_ne!(english, french);
            assert!(!english.contains("something new"), "{english}");
        }
        assert_eq!(title(Lang::En, "mention", "{}", false), "{} mentioned you");
        assert_eq!(title(Lang::Fr, "new", "Ada", false), "Ada : du nouveau");
    }

    #[test]
    fn long_ones_are_cut() {
        assert_eq!(cut("été", 3), "été");
        assert_eq!(cut("étés", 3), "ét…");
    }
}
