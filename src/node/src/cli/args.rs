//! The words of the command line.

use clap::{Args, Parser, Subcommand};
use entrenous_model::{Preset, Role};
use std::net::SocketAddr;
use std::path::PathBuf;

/// An enterprise social network that federates: one node per site, connected only by invitation.
#[derive(Debug, Parser)]
#[command(name = "entrenous", version, max_term_width = 100, after_help = AFTER)]
pub(crate) struct Arguments {
    /// Answer in JSON, for scripts.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

const AFTER: &str = "A first node:\n  \
    entrenous init --data-dir ./lyon --url https://lyon.example --name \"Lyon\" --owner alice\n  \
    entrenous serve --data-dir ./lyon\n\n\
    Connect it to another:\n  \
    entrenous peer invite --data-dir ./lyon          (send the link to the other administrator)\n  \
    entrenous peer join --data-dir ./paris LINK      (on the other node)\n  \
    entrenous peer confirm --data-dir ./lyon paris.example\n\n\
    Commands work while the node is serving, and take effect at once.";

/// Where the node keeps everything.
#[derive(Debug, Clone, Args)]
pub(crate) struct DataDir {
    /// Directory with the node's configuration, key and data.
    #[arg(long, value_name = "DIR", env = "ENTRENOUS_DATA_DIR")]
    pub(crate) data_dir: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Set up a new node: configuration, keys and its first owner. Never overwrites.
    Init(Box<Init>),
    /// Run the node until it is told to stop (Ctrl-C or SIGTERM).
    Serve {
        #[command(flatten)]
        data: DataDir,
    },
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The people of this node: invite, add, list, disable.
    #[command(subcommand)]
    Person(PersonCommand),
    /// Access tokens for scripts and clients.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Other nodes: invite, join, confirm, list, suspend, revoke.
    #[command(subcommand)]
    Peer(PeerCommand),
    /// This node's own keys: show, change.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// The key that seals the secrets in the database: show, change.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// The audit trail: what administrators did and what was refused.
    Audit {
        #[command(flatten)]
        data: DataDir,
        /// Only lines about this peer.
        #[arg(long, value_name = "AUTHORITY")]
        peer: Option<String>,
        /// How many lines, 1 to 200.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=200))]
        limit: i64,
    },
    /// Print the OpenAPI document of the client API.
    Openapi,
    /// List every route there is: method, path, and who may use it.
    Routes,
    /// Bring in posts with their dates from a JSON file.
    #[command(hide = true)]
    Import {
        #[command(flatten)]
        data: DataDir,
        /// A list of posts.
        file: PathBuf,
    },
}

/// Set up a new node.
#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) data: DataDir,
    /// The address people and peers will reach the node at; it can never change.
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// Address and port to listen on [default: 127.0.0.1 and the port of the URL, or 8300].
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Name of the node [default: the host of the URL].
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Accent colour of its pages, such as #2f6f5e.
    #[arg(long, value_name = "COLOUR")]
    pub(crate) accent: Option<String>,
    /// PostgreSQL instead of the embedded SQLite: postgres://user:password@host/database.
    #[arg(long, value_name = "URL")]
    pub(crate) database_url: Option<String>,
    /// Let nodes on this very machine (http://localhost:PORT, http://127.0.0.x:PORT) federate: for demos and tests.
    #[arg(long)]
    pub(crate) allow_local: bool,
    /// User name of the first owner.
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: String,
    /// Read the owner's password from standard input.
    #[arg(long)]
    pub(crate) owner_password_stdin: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and explain every key.
    Check {
        #[command(flatten)]
        data: DataDir,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PersonCommand {
    /// Make a link by which people sign up.
    Invite {
        #[command(flatten)]
        data: DataDir,
        /// guest, member, moderator, administrator or owner.
        #[arg(long, default_value = "member")]
        role: Role,
        /// How long the link is valid, in hours.
        #[arg(long, default_value_t = 168, allow_negative_numbers = true)]
        hours: i64,
        /// How many people may use it.
        #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
        uses: i32,
    },
    /// List the links by which people can sign up.
    Invitations {
        #[command(flatten)]
        data: DataDir,
    },
    /// Withdraw such a link.
    Withdraw {
        #[command(flatten)]
        data: DataDir,
        /// Its number in the list.
        id: String,
    },
    /// Add a person with a password.
    Add {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
        /// Name shown.
        #[arg(long)]
        display_name: Option<String>,
        /// guest, member, moderator, administrator or owner.
        #[arg(long, default_value = "member")]
        role: Role,
        /// Language of their pages: en or fr.
        #[arg(long, default_value = "en")]
        locale: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// List the people of this node.
    List {
        #[command(flatten)]
        data: DataDir,
    },
    /// Disable a person at once: sessions end, follows end, peers are told.
    Disable {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
    },
    /// Give a person a new password; every session and token of theirs ends.
    Password {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for a person; it is printed once.
    Create {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
        /// What it may do, such as "read write follow push".
        #[arg(long, default_value = "read write follow push")]
        scopes: String,
    },
    /// List the tokens of a person.
    List {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
    },
    /// Revoke a token of a person; its streams close.
    Revoke {
        #[command(flatten)]
        data: DataDir,
        /// User name.
        #[arg(long)]
        username: String,
        /// Its number in the list.
        #[arg(long)]
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Show the fingerprint, and which peers still have former keys.
    Show {
        #[command(flatten)]
        data: DataDir,
    },
    /// Make new keys and tell every peer, signed with the keys that it has. Open invitations are withdrawn.
    Rotate {
        #[command(flatten)]
        data: DataDir,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Show the key's fingerprint, since when it holds, and what is sealed by it.
    Show {
        #[command(flatten)]
        data: DataDir,
    },
    /// Make a new key and seal everything anew. Backups made before need the former key: keep it with them, or make new ones.
    Rotate {
        #[command(flatten)]
        data: DataDir,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PeerCommand {
    /// Make an invitation; send the link to the other administrator by a channel you both trust.
    Invite {
        #[command(flatten)]
        data: DataDir,
        /// The one node it is for, such as paris.example.
        #[arg(long = "for", value_name = "AUTHORITY")]
        for_authority: Option<String>,
        /// Connect without a second confirmation here; needs --for.
        #[arg(long)]
        pre_confirm: bool,
        /// Why, shown to the other administrator.
        #[arg(long, default_value = "")]
        purpose: String,
        /// How long it is valid, 1 to 72 hours.
        #[arg(long, default_value_t = 72, allow_negative_numbers = true)]
        hours: i64,
        /// What may cross: same-organisation, partner-firm or receive-only.
        #[arg(long, default_value = "same-organisation", value_parser = preset)]
        contract: Preset,
        /// Once it is a peer, introduce it to every peer whose contract gives introductions.
        #[arg(long)]
        introduce: bool,
    },
    /// Make two peers known to each other; each administrator is asked.
    Introduce {
        #[command(flatten)]
        data: DataDir,
        /// The node that is introduced, such as nantes.example.
        authority: String,
        /// To whom; may be given several times. To everyone possible without.
        #[arg(long = "to", value_name = "AUTHORITY")]
        to: Vec<String>,
        /// What would cross between the two: same-organisation, partner-firm or receive-only; what each gives this node
        /// without.
        #[arg(long, value_parser = preset)]
        contract: Option<Preset>,
        /// Why, shown to both administrators.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Nodes that peers made known to this one, and those it made known.
    Introductions {
        #[command(flatten)]
        data: DataDir,
    },
    /// Accept an introduction: the node becomes a peer when it has accepted too.
    AcceptIntroduction {
        #[command(flatten)]
        data: DataDir,
        /// Its number in the list.
        id: String,
    },
    /// Turn an introduction down.
    DeclineIntroduction {
        #[command(flatten)]
        data: DataDir,
        /// Its number in the list.
        id: String,
    },
    /// Whether introductions by a peer wait for an administrator (ask), or are accepted as long as they ask for no more than
    /// that peer has (accept).
    IntroductionsPolicy {
        #[command(flatten)]
        data: DataDir,
        /// The peer that introduces.
        authority: String,
        /// ask or accept.
        #[arg(value_parser = ["ask", "accept"])]
        what: String,
    },
    /// All nodes that this one knows, who introduced them, and how they fare.
    Network {
        #[command(flatten)]
        data: DataDir,
    },
    /// List the invitations made here.
    Invitations {
        #[command(flatten)]
        data: DataDir,
    },
    /// Withdraw an invitation that was not used.
    Withdraw {
        #[command(flatten)]
        data: DataDir,
        /// Its number in the list.
        id: String,
    },
    /// Accept an invitation of another node.
    Join {
        #[command(flatten)]
        data: DataDir,
        /// The link.
        link: String,
        /// The fingerprint was compared; do not ask.
        #[arg(long)]
        yes: bool,
    },
    /// Confirm a node that accepted our invitation, or one that was suspended.
    Confirm {
        #[command(flatten)]
        data: DataDir,
        /// The node, such as paris.example.
        authority: String,
    },
    /// Halt a peer: nothing crosses until it is confirmed again.
    Suspend {
        #[command(flatten)]
        data: DataDir,
        /// The node.
        authority: String,
    },
    /// End a peer, at once and for good.
    Revoke {
        #[command(flatten)]
        data: DataDir,
        /// The node.
        authority: String,
    },
    /// Trust other software (Mastodon, GoToSocial, …) by hand; its fingerprint is shown and pinned.
    Trust {
        #[command(flatten)]
        data: DataDir,
        /// The node.
        authority: String,
        /// What may cross: same-organisation, partner-firm or receive-only.
        #[arg(long, default_value = "same-organisation", value_parser = preset)]
        contract: Preset,
    },
    /// Offer a change of the contract. It takes effect on both sides when the other administrator accepts; the contract with
    /// other software is ours alone and changes at once.
    Propose {
        #[command(flatten)]
        data: DataDir,
        /// The peer.
        authority: String,
        /// Begin with this contract instead of the one that holds: same-organisation, partner-firm or receive-only.
        #[arg(long, value_parser = preset)]
        contract: Option<Preset>,
        /// What is to be different, such as we_give.posts=addressed or they_give.profile.fields=false; repeatable.
        #[arg(long = "set", value_name = "FIELD=VALUE")]
        changes: Vec<String>,
        /// Why, shown to the other administrator.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Accept the change of the contract that the peer offers; it takes effect at once.
    Accept {
        #[command(flatten)]
        data: DataDir,
        /// The peer.
        authority: String,
    },
    /// Turn down the change of the contract that the peer offers.
    Reject {
        #[command(flatten)]
        data: DataDir,
        /// The peer.
        authority: String,
    },
    /// Show one peer: state, fingerprint, contract, queue.
    Show {
        #[command(flatten)]
        data: DataDir,
        /// The node.
        authority: String,
    },
    /// List all peers.
    List {
        #[command(flatten)]
        data: DataDir,
    },
    /// Show what crossed between this node and a peer, or was refused: kinds, ids, sizes and reasons, never content.
    Ledger {
        #[command(flatten)]
        data: DataDir,
        /// The node.
        authority: String,
        /// Rows shown, newest first, 1 to 1000.
        #[arg(long, default_value_t = 50, allow_negative_numbers = true)]
        limit: i64,
        /// Only what was refused.
        #[arg(long)]
        refused: bool,
        /// Look at every row, whether it is as it was written; fails if one is not.
        #[arg(long, conflicts_with_all = ["export", "refused"])]
        verify: bool,
        /// With --verify: an end kept from an earlier --verify, which must still be in the ledger.
        #[arg(long, value_name = "ROW:HASH", requires = "verify")]
        head: Option<String>,
        /// Print every row, oldest first, as JSON lines.
        #[arg(long, conflicts_with = "refused")]
        export: bool,
    },
    /// Show what waits for which peer.
    Deliveries {
        #[command(flatten)]
        data: DataDir,
        /// Only this node.
        authority: Option<String>,
    },
}

/// A contract by its name.
fn preset(text: &str) -> Result<Preset, String> {
    Preset::parse(text)
        .ok_or_else(|| "it is one of: same-organisation, partner-firm, receive-only".to_owned())
}
