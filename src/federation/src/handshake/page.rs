//! What a person sees who opens an invitation link in a browser.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, header};

/// The same bytes for every id: it neither uses nor tells anything.
const PAGE: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Invitation</title></head>
<body>
<main>
<h1>An invitation between two nodes</h1>
<p>This link is for the administrator of another node of Entrenous. Copy the whole address, with everything after the
<code>#</code>, and paste it in your own node: in the administration under “Peers”, or with
<code>entrenous peer join 'LINK'</code>. Nothing was used up by opening this page.</p>
<p>Keep the link to yourself: who has it can answer the invitation.</p>
<hr>
<div lang="fr">
<h1>Une invitation entre deux nœuds</h1>
<p>Ce lien est destiné à l’administrateur d’un autre nœud Entrenous. Copiez l’adresse entière, avec ce qui suit le
<code>#</code>, et collez-la dans votre propre nœud : dans l’administration sous « Pairs », ou avec
<code>entrenous peer join 'LIEN'</code>. Ouvrir cette page n’a rien consommé.</p>
<p>Gardez ce lien pour vous : quiconque le possède peut répondre à l’invitation.</p>
</div>
</main>
</body>
</html>
"#;

const CSP: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /invitations/{id}`.
pub(super) async fn show() -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, CSP),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, PAGE).into_response()
}
