//! The contracts that are tried: each field of the terms with each of its values, in each direction, over a contract that
//! gives nothing and over one that gives all.

use entrenous_model::Contract;
use entrenous_model::contract::{AtEnd, DirectoryScope, GroupScope, PostScope, ProfileScope, Terms};
use serde_json::{Value, json};

/// A contract, and which of its fields is tried.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) contract: Contract,
}

/// Sizes of the files that are offered, by who gives them.
#[derive(Clone, Copy)]
pub(super) struct Sizes {
    pub(super) ours: u64,
    pub(super) theirs: u64,
}

/// All of them. `at_end` and `rate` are beside: what they say is not seen by one more post.
pub(super) fn cases(sizes: Sizes) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, base) in [("all", Terms::FULL), ("nothing", Terms::NONE)] {
        let contract = |we_give: &Terms, they_give: &Terms| Contract {
            version: 1,
            we_give: we_give.clone(),
            they_give: they_give.clone(),
        };
        all.push(Case {
            name: name.to_owned(),
            contract: contract(&base, &base),
        });
        for (field, ours) in with_each_value(&base, sizes.ours) {
            all.push(Case {
                name: format!("{name}, we give {field}"),
                contract: contract(&ours, &base),
            });
        }
        for (field, theirs) in with_each_value(&base, sizes.theirs) {
            all.push(Case {
                name: format!("{name}, they give {field}"),
                contract: contract(&base, &theirs),
            });
        }
    }
    all
}

/// The terms with each other value of each field. A field that is new does not compile until it is here, nor does a new
/// value of one.
fn with_each_value(base: &Terms, size: u64) -> Vec<(String, Terms)> {
    let Terms {
        directory,
        profile: ProfileScope {
            pictures,
            note,
            fields,
        },
        posts,
        groups,
        documents,
        chat,
        calls,
        introduces,
        largest_file,
        rate,
        at_end,
    } = base.clone();
    let mut all = Vec::new();
    let mut with = |name: String, change: &dyn Fn(&mut Terms)| {
        let mut terms = base.clone();
        change(&mut terms);
        all.push((name, terms));
    };
    for other in others(&directory, |one| match one {
        DirectoryScope::None => DirectoryScope::Shared,
        DirectoryScope::Shared => DirectoryScope::All,
        DirectoryScope::All => DirectoryScope::None,
    }) {
        with(format!("directory {other:?}"), &|terms| {
            terms.directory = other;
        });
    }
    with(format!("pictures {}", !pictures), &|terms| {
        terms.profile.pictures = !pictures;
    });
    with(format!("notes {}", !note), &|terms| {
        terms.profile.note = !note;
    });
    with(format!("fields {}", !fields), &|terms| {
        terms.profile.fields = !fields;
    });
    for other in others(&posts, |one| match one {
        PostScope::None => PostScope::Addressed,
        PostScope::Addressed => PostScope::Network,
        PostScope::Network => PostScope::None,
    }) {
        with(format!("posts {other:?}"), &|terms| {
            terms.posts = other;
        });
    }
    let named = || GroupScope::Named(["http://127.0.0.1/groups/1".to_owned()].into());
    for other in others(&groups, |one| match one {
        GroupScope::None => named(),
        GroupScope::Named(_) => GroupScope::All,
        GroupScope::All => GroupScope::None,
    }) {
        with(format!("groups {other:?}"), &|terms| {
            terms.groups = other.clone();
        });
    }
    with(format!("documents {}", !documents), &|terms| {
        terms.documents = !documents;
    });
    with(format!("chat {}", !chat), &|terms| {
        terms.chat = !chat;
    });
    with(format!("calls {}", !calls), &|terms| {
        terms.calls = !calls;
    });
    with(format!("introduces {}", !introduces), &|terms| {
        terms.introduces = !introduces;
    });
    for other in [0, size - 1, size] {
        if other != largest_file {
            with(format!("files up to {other}"), &|terms| {
                terms.largest_file = other;
            });
        }
    }
    // So many that nothing waits here.
    with(format!("a rate of {}", rate / 2), &|terms| {
        terms.rate = rate / 2;
    });
    for other in others(&at_end, |one| match one {
        AtEnd::Hide => AtEnd::Purge,
        AtEnd::Purge => AtEnd::Hide,
    }) {
        with(format!("at the end {other:?}"), &|terms| {
            terms.at_end = other;
        });
    }
    all
}

/// Every value but this one; `next` goes around.
fn others<T: Clone + PartialEq>(from: &T, next: impl Fn(T) -> T) -> Vec<T> {
    let mut all = Vec::new();
    let mut one = next(from.clone());
    while one != *from && !all.contains(&one) {
        all.push(one.clone());
        one = next(one);
    }
    all
}

/// As the client API writes terms.
pub(super) fn asked(terms: &Terms) -> Value {
    let mut value = serde_json::to_value(terms).unwrap();
    let (scope, named) = match &terms.groups {
        GroupScope::None => ("none", json!([])),
        GroupScope::Named(names) => ("named", json!(names)),
        GroupScope::All => ("all", json!([])),
    };
    value["groups"] = json!(scope);
    value["named_groups"] = named;
    value
}
