//! The texts of the pages, in French and English. A missing text does not compile.

use http::{HeaderMap, header};

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lang {
    /// English.
    En,
    /// French.
    Fr,
}

impl Lang {
    /// Its code (BCP 47).
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
        }
    }

    /// Its own name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
        }
    }

    /// The languages of a node.
    pub(super) fn of(languages: &[String]) -> Vec<Self> {
        let has = |lang: &Self| languages.iter().any(|code| Self::parse(code) == Some(*lang));
        [Self::En, Self::Fr].into_iter().filter(has).collect()
    }

    /// The language of a tag (BCP 47), if it is one of ours.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        match tag
            .trim()
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "en" => Some(Self::En),
            "fr" => Some(Self::Fr),
            _ => None,
        }
    }

    /// The first wish, else what the browser prefers, else the node's first language, of those the node has.
    pub(crate) fn choose(languages: &[String], wishes: &[Option<&str>], headers: &HeaderMap) -> Self {
        let has = |lang: &Self| {
            languages.is_empty() || languages.iter().any(|code| Self::parse(code) == Some(*lang))
        };
        let browser = || {
            let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
            let mut wishes: Vec<_> = text
                .split(',')
                .take(32)
                .filter_map(wish)
                .filter(|(lang, _)| has(lang))
                .collect();
            // Stable: what stands first wins among equals.
            wishes.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            wishes.first().map(|(lang, _)| *lang)
        };
        wishes
            .iter()
            .flatten()
            .filter_map(|tag| Self::parse(tag))
            .find(has)
            .or_else(browser)
            .or_else(|| languages.iter().find_map(|code| Self::parse(code)))
            .unwrap_or(Self::En)
    }

    /// Its texts.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::En => &super::words_en::WORDS,
            Self::Fr => &super::words_fr::WORDS,
        }
    }
}

/// One entry of `Accept-Language` (RFC 9110, section 12.5.4): a language we know, and how much it is wished.
fn wish(entry: &str) -> Option<(Lang, f32)> {
    let (tag, rest) = entry.split_once(';').unwrap_or((entry, ""));
    let weight = rest
        .trim()
        .strip_prefix("q=")
        .map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
    (weight > 0.0).then_some((Lang::parse(tag)?, weight))
}

macro_rules! words {
    ($($name:ident),* $(,)?) => {
        /// Every text of the pages.
        pub(crate) struct Words {
            $(pub(crate) $name: &'static str,)*
            /// What a scope allows: (scope, text).
            pub(crate) scopes: &'static [(&'static str, &'static str)],
        }
    };
}

words! {
    about, about_closed, about_closed_text, allow, app_unknown, authorize_title, authorize_wants, bad_picture,
    bad_username, big_picture,
    change_password, choose_client, choose_client_text, client_page, code_copy, code_title, contact,
    current_password, deny, display_name, display_name_hint, error_title, form_expired, free_software,
    front_signed_in, go_front, handle, invite_over, invite_signed_in, invite_signed_in_text, invite_submit,
    invite_text, invite_title, invited_to, invites_you, language, leads_to, leads_to_code, long_display_name, long_password, may,
    missing_title, more_scopes, name_taken, new_password, new_password_again, no_account, not_found, not_you,
    once_more, optional,
    password, password_again, password_changed, password_changed_text, password_hint, passwords_differ,
    peer_command, peer_invite_keep, peer_invite_paste, peer_invite_text, peer_invite_title, picture, picture_hint, rules, server,
    server_hint, sign_in, sign_in_text, sign_in_to_decide, sign_out, signed_in_as, skip, source, too_many,
    unavailable, unknown_client, unknown_scope, username, username_hint, version, weak_password, wrong_current,
    wrong_method, wrong_password, wrong_redirect, wrong_request,
}

impl Words {
    /// What a scope allows, in words.
    pub(crate) fn scope(&self, scope: &str) -> Option<&'static str> {
        self.scopes
            .iter()
            .find(|(name, _)| *name == scope)
            .map(|(_, text)| *text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use entrenous_model::oauth::KNOWN_SCOPES;

    #[test]
    fn every_scope_is_explained_in_both_languages() {
        for lang in [Lang::En, Lang::Fr] {
            for scope in KNOWN_SCOPES {
                assert!(lang.words().scope(scope).is_some(), "{scope} in {}", lang.code());
            }
        }
    }

    #[test]
    fn languages_are_chosen() {
        let both = ["en".to_owned(), "fr".to_owned()];
        let headers = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, text.parse().unwrap());
            headers
        };
        let none = HeaderMap::new();
        assert_eq!(Lang::choose(&both, &[Some("fr-CA")], &headers("en")), Lang::Fr);
        assert_eq!(
            Lang::choose(&both, &[None], &headers("de, en;q=0.3, fr;q=0.9")),
            Lang::Fr
        );
        assert_eq!(Lang::choose(&both, &[Some("de")], &none), Lang::En);
        assert_eq!(
            Lang::choose(&["fr".to_owned()], &[Some("en")], &headers("en")),
            Lang::Fr
        );
    }
}
