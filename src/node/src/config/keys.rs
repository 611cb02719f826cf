//! Every key there is, with what it is for: the source of `config check` and of the documentation.

/// One key of the configuration.
pub(crate) struct Key {
    /// Table and name.
    pub(crate) path: &'static str,
    /// Default, as written in TOML; `None` if it must be given.
    pub(crate) default: Option<&'static str>,
    /// What it is for.
    pub(crate) help: &'static str,
}

impl Key {
    /// The environment variable that overrides it: `node.url` is `ENTRENOUS_NODE_URL`.
    pub(crate) fn variable(&self) -> String {
        format!("ENTRENOUS_{}", self.path.replace('.', "_").to_ascii_uppercase())
    }
}

const fn key(path: &'static str, default: Option<&'static str>, help: &'static str) -> Key {
    Key { path, default, help }
}

/// All keys, in the order of the file.
pub(crate) const KEYS: &[Key] = &[
    key(
        "node.url",
        None,
        "The address people and peers reach this node at. It never changes: every id begins with it.",
    ),
    key(
        "node.listen",
        None,
        "Address and port the node listens on. Put a TLS proxy before it, unless the network is your own.",
    ),
    key("node.name", None, "The name people and peers see."),
    key(
        "node.description",
        Some("\"\""),
        "One paragraph about this node, plain text.",
    ),
    key(
        "node.accent",
        Some("\"#2f6f5e\""),
        "Accent colour of the pages, #rrggbb.",
    ),
    key(
        "node.languages",
        Some("[\"en\", \"fr\"]"),
        "Languages of the pages; the first is the default.",
    ),
    key("node.rules", Some("[]"), "House rules, one text each."),
    key(
        "node.contact_email",
        Some("\"\""),
        "Contact address shown before sign-in; empty for none.",
    ),
    key(
        "node.source_url",
        Some("\"\""),
        "Where the source code of the running version is offered (AGPL-3.0, section 13).",
    ),
    key(
        "database.url",
        Some("\"sqlite:entrenous.db\""),
        "sqlite:FILE (relative to the data directory) or postgres://…",
    ),
    key(
        "limits.post_characters",
        Some("5000"),
        "Longest post, 500 to 100,000 characters.",
    ),
    key(
        "limits.upload_bytes",
        Some("16777216"),
        "Largest upload, 1 MiB to 1 GiB.",
    ),
    key(
        "limits.connections",
        Some("20000"),
        "Open connections in all, 100 to 1,000,000.",
    ),
    key(
        "limits.connections_per_address",
        Some("5000"),
        "Open connections of one address, 10 to 1,000,000; trusted proxies are not counted.",
    ),
    key(
        "limits.requests_per_person",
        Some("300000"),
        "Requests to the API by one person in five minutes, 100 to 1,000,000,000.",
    ),
    key(
        "http.trusted_proxies",
        Some("[]"),
        "Networks of proxies whose X-Forwarded-For is believed, such as [\"127.0.0.1/32\"].",
    ),
    key(
        "federation.open_webfinger",
        Some("false"),
        "Answer WebFinger questions about people to anyone. See the threat model.",
    ),
    key(
        "push.services",
        Some("[]"),
        "Push services that may tell people's devices of notifications, such as [\"https://fcm.googleapis.com\"]. Nothing is \
         sent to any other; none: people get notifications only while a client is open. Contents are encrypted for the \
         device; the service learns whose device is told, and when.",
    ),
    key(
        "log.level",
        Some("\"info\""),
        "What is logged: error, warn, info, debug, or a filter such as \"entrenous_federation=debug,info\".",
    ),
    key(
        "log.format",
        Some("\"auto\""),
        "pretty, json, or auto: pretty on a terminal.",
    ),
];
