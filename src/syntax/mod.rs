//! What authors' files are made of: texts with places, JSON, shapes, templates, bytes, selectors, schemas, names.

pub mod bytes;
pub mod causes;
pub mod diagnostic;
pub mod effects;
pub mod id;
pub mod json;
pub mod schema;
pub mod selector;
pub mod shape;
pub mod source;
pub mod template;
pub mod text;
