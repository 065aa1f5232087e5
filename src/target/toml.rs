//! TOML with places, as the tree that shapes are checked on.

use std::ops::Range;

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    syntax::diagnostic::Diagnostic,
    syntax::json::{Member, Node, Value},
    syntax::source::Source,
};

/// Reads a TOML document.
///
/// # Errors
/// Every place at which it leaves the grammar.
pub fn parse(source: &Source) -> Result<Node, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        return Ok(table_node(table.get_ref(), table.span()));
    }
    let told = errors.into_iter().map(|error| {
        let place = source.place(error.span().unwrap_or(0..1));
        Diagnostic::at(place, "this is not TOML", error.message().to_owned())
    });
    Err(told.collect())
}

fn table_node(table: &DeTable<'_>, span: Range<usize>) -> Node {
    let mut members: Vec<Member> = table
        .iter()
        .map(|(key, value)| Member {
            key: key.get_ref().clone().into_owned(),
            key_span: key.span(),
            value: node(value),
        })
        .collect();
    // As in the file, so that mistakes are told from its top to its end.
    members.sort_by_key(|member| member.key_span.start);
    Node {
        value: Value::Object(members),
        span,
    }
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => Value::String(text.clone().into_owned()),
        DeValue::Integer(integer) => Value::Number(
            i64::from_str_radix(integer.as_str(), integer.radix())
                .map_or_else(|_| integer.as_str().to_owned(), |value| value.to_string()),
        ),
        DeValue::Float(float) => Value::Number(float.as_str().to_owned()),
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(node).collect()),
        DeValue::Table(table) => return table_node(table, span),
    };
    Node { value, span }
}
