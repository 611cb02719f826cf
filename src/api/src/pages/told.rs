//! What use-cases say is wrong, in the language of the page.

use super::Words;

/// One of the texts of a language.
type Pick = fn(&Words) -> &'static str;

/// Texts of the domain that a person can meet on a page, with what the page says.
const TEXTS: &[(&str, Pick)] = &[
    ("a username has ", |w| w.bad_username),
    ("a display name ", |w| w.long_display_name),
    ("the picture is too large", |w| w.big_picture),
    ("the picture ", |w| w.bad_picture),
    ("a password has at most ", |w| w.long_password),
    ("a password ", |w| w.weak_password),
    ("this app is not registered here", |w| w.unknown_client),
    ("redirect_uri is none", |w| w.wrong_redirect),
    ("the app asks for more scopes", |w| w.more_scopes),
    ("This form is no longer valid", |w| w.form_expired),
];

/// Texts about what an application got wrong, which its makers need as they are.
const OF_REQUESTS: &[&str] = &["response_type ", "code_challenge "];

/// A text of the domain as a sentence in the language of the page. One that is not known is shown as it is.
pub(crate) fn told(words: &Words, text: &str) -> String {
    let text = text.strip_prefix("Validation failed: ").unwrap_or(text);
    if let Some((_, known)) = TEXTS.iter().find(|(begin, _)| text.starts_with(begin)) {
        return known(words).to_owned();
    }
    if let Some(scope) = text.strip_prefix("there is no scope ") {
        return format!("{} {}", words.unknown_scope, scope.trim_matches('"'));
    }
    if OF_REQUESTS.iter().any(|begin| text.starts_with(begin)) {
        return format!("{} ({text})", words.wrong_request);
    }
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let end = if text.ends_with(['.', '!', '?', ':']) {
        ""
    } else {
        "."
    };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::Lang;
    use super::*;

    #[test]
    fn sentences() {
        let english = Lang::En.words();
        assert_eq!(told(english, "something is odd"), "Something is odd.");
        assert_eq!(
            told(english, "Validation failed: a password is not the username"),
            english.weak_password
        );
        assert_eq!(
            told(Lang::Fr.words(), "there is no scope \"fly\""),
            "L’application demande une permission qui n’existe pas ici\u{a0}: fly"
        );
    }
}
