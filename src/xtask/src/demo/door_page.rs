//! What the door shows: whom to enter as.

use super::people::{Person, Site};
use super::state::Address;

/// Nothing but its own small style, and forms to itself that the node's page may follow.
pub(super) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "\
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#f6f6f8;color:#16181f}\
main{max-width:44rem;margin:0 auto;padding:3rem 1.25rem}h1{font-size:1.6rem;margin:0}\
p{color:#565c6b;margin:.4rem 0 1.6rem}h2{font-size:1rem;margin:2rem 0 .6rem}\
ul{list-style:none;margin:0;padding:0;display:grid;gap:.6rem}\
button{width:100%;text-align:left;font:inherit;color:inherit;background:#fff;border:1px solid #d9dbe3;\
border-left:5px solid var(--accent);border-radius:10px;padding:.8rem 1rem;cursor:pointer;display:grid;gap:.1rem}\
button:hover,button:focus-visible{border-color:var(--accent);outline:2px solid var(--accent);outline-offset:1px}\
strong{font-size:1.05rem}small{color:#565c6b}a{color:inherit}\
@media(prefers-color-scheme:dark){body{background:#14161d;color:#eceef4}button{background:#1d202b;border-color:#353a4a;\
border-left-color:var(--accent)}p,small{color:#a8aec0}}";

/// The page of a site's door.
pub(super) fn html(site: &Site, node: &Address) -> String {
    let [red, green, blue] = site.colour;
    let first = |role: &str| site.people.iter().find(|person| person.role == role);
    let chosen: Vec<&Person> = ["owner", "member", "guest"]
        .iter()
        .filter_map(|role| first(role))
        .collect();
    let others = site
        .people
        .iter()
        .filter(|person| !chosen.iter().any(|one| one.username == person.username));
    let (url, name) = (node.url(), escaped(site.name));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{name}: the demo's door</title><style>:root{{--accent:#{red:02x}{green:02x}{blue:02x}}}{STYLE}</style>\
         </head><body><main><h1>{name}</h1>\
         <p>One click and you are in, at <a href=\"{url}/\">{url}</a>. This door belongs to the demo, on this machine \
         alone; a real node has none.</p><ul>{}</ul><h2>Or as someone else</h2><ul>{}</ul></main></body></html>",
        buttons(chosen.iter().copied()),
        buttons(others),
    )
}

fn buttons<'a>(people: impl Iterator<Item = &'a Person>) -> String {
    people.map(button).collect()
}

fn button(person: &Person) -> String {
    let what = match person.role {
        "owner" => "the owner, who may change everything",
        "administrator" => "an administrator",
        "moderator" => "a moderator",
        "guest" => "a guest, from a partner",
        _ => "a member",
    };
    format!(
        "<li><form method=\"post\" action=\"/enter\"><button name=\"username\" value=\"{}\"><strong>Enter as {}</strong>\
         <small>{what}. {}</small></button></form></li>",
        person.username,
        escaped(person.name),
        escaped(person.note),
    )
}

/// Text that is safe between tags and in attributes.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
