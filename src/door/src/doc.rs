//! What a route is for, for people and for the OpenAPI document.

use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Makes a schema; a plain function, so that descriptions cost nothing until the document is asked for.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path, `{id}`.
    Path,
    /// In the query.
    Query,
}

#[derive(Debug, Clone)]
pub(crate) struct Param {
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) about: &'static str,
}

/// Describes a route.
///
/// ```
/// # use entrenous_door::Doc;
/// let doc = Doc::new("timelines", "The home timeline").paged().returns::<Vec<String>>();
/// ```
#[derive(Debug, Clone)]
pub struct Doc {
    pub(crate) tag: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) description: Option<&'static str>,
    pub(crate) params: Vec<Param>,
    pub(crate) query: Option<SchemaOf>,
    pub(crate) body: Option<SchemaOf>,
    pub(crate) files: bool,
    pub(crate) response: Option<SchemaOf>,
    pub(crate) content_type: &'static str,
    pub(crate) status: u16,
    pub(crate) also: Vec<(u16, &'static str)>,
    pub(crate) deprecated: bool,
    pub(crate) hidden: bool,
}

impl Doc {
    /// A description with the noun it is listed under and one line of what it does.
    #[must_use]
    pub const fn new(tag: &'static str, summary: &'static str) -> Self {
        Self {
            tag,
            summary,
            description: None,
            params: Vec::new(),
            query: None,
            body: None,
            files: false,
            response: None,
            content_type: "application/json",
            status: 200,
            also: Vec::new(),
            deprecated: false,
            hidden: false,
        }
    }

    /// More than one line.
    #[must_use]
    pub const fn about(mut self, text: &'static str) -> Self {
        self.description = Some(text);
        self
    }

    /// One parameter of the query; parameters of the path are found by themselves, and can be explained here too.
    #[must_use]
    pub fn param(mut self, place: Place, name: &'static str, about: &'static str) -> Self {
        self.params.push(Param { name, place, about });
        self
    }

    /// `limit`, `max_id`, `since_id`, `min_id`.
    #[must_use]
    pub fn paged(self) -> Self {
        self.param(Place::Query, "limit", "How many.")
            .param(Place::Query, "max_id", "Only what is older than this id.")
            .param(
                Place::Query,
                "since_id",
                "Only what is newer than this id, the newest first.",
            )
            .param(
                Place::Query,
                "min_id",
                "Only what is newer than this id, the next after it.",
            )
    }

    /// The parameters of the query, as the fields of `T`.
    #[must_use]
    pub const fn query<T: JsonSchema>(mut self) -> Self {
        self.query = Some(schema_of::<T>);
        self
    }

    /// The body: JSON, form or multipart with the fields of `T`.
    #[must_use]
    pub const fn body<T: JsonSchema>(mut self) -> Self {
        self.body = Some(schema_of::<T>);
        self
    }

    /// The body may hold files: multipart is listed first.
    #[must_use]
    pub const fn files(mut self) -> Self {
        self.files = true;
        self
    }

    /// What is answered.
    #[must_use]
    pub const fn returns<T: JsonSchema>(mut self) -> Self {
        self.response = Some(schema_of::<T>);
        self
    }

    /// What is answered, if it is not JSON: a media type such as `text/html`.
    #[must_use]
    pub const fn answers(mut self, content_type: &'static str) -> Self {
        self.content_type = content_type;
        self
    }

    /// The status of success, if it is not 200; or that of the refusal which is all that is ever answered.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Another answer, beside success and what follows from the access class, the path, the parameters and the body: a
    /// conflict, say. The document promises that there are no others.
    #[must_use]
    pub fn also(mut self, status: u16, about: &'static str) -> Self {
        self.also.push((status, about));
        self
    }

    /// Kept for old clients.
    #[must_use]
    pub const fn deprecated(mut self) -> Self {
        self.deprecated = true;
        self
    }

    /// Not in the OpenAPI document: pages for people, pictures, style sheets. Still in the list of routes.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// The noun it is listed under.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        self.tag
    }

    /// What it does, in one line.
    #[must_use]
    pub const fn summary(&self) -> &'static str {
        self.summary
    }

    /// Whether it is left out of the OpenAPI document.
    #[must_use]
    pub const fn is_hidden(&self) -> bool {
        self.hidden
    }
}
