//! An act in words. What the harness says and what an author wrote are kept apart: whoever shows them makes the latter
//! harmless.
//!
//! No line is broken here, nothing is coloured and nothing is hidden.

use std::time::Duration;

use crate::{
    syntax::json::{Member, Node},
    syntax::text::Language,
};

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// By the harness.
    Said(String),
    /// By an author, or a server: nobody vouches for it.
    Written(String),
}

/// Writes one sentence.
#[derive(Debug)]
pub struct Words<'s> {
    pub language: Language,
    /// The members of the step that are told as they are written.
    told: &'s [Member],
    parts: Vec<Part>,
}

impl<'s> Words<'s> {
    /// About a step with these members.
    pub fn new(language: Language, told: &'s [Member]) -> Self {
        Self {
            language,
            told,
            parts: Vec::new(),
        }
    }

    /// The sentence.
    pub fn finish(self) -> Vec<Part> {
        self.parts
    }

    /// Says one of two texts.
    pub fn say(&mut self, en: &str, zh: &str) {
        self.parts.push(Part::Said(self.language.pick(en, zh).to_owned()));
    }

    /// Says a text of the author's.
    pub fn name(&mut self, text: &str) {
        self.parts.push(Part::Written(text.to_owned()));
    }

    /// Says every member that is told: `, key value`.
    pub fn told(&mut self) {
        for member in self.told {
            self.say(&format!(", {} ", member.key), &format!(", {} ", member.key));
            self.name(&member.value.to_string());
        }
    }

    /// Says the value of one member.
    pub fn value(&mut self, key: &str) {
        let value = self.told.iter().find(|member| member.key == key);
        if let Some(value) = value.map(|member| &member.value).map(Node::to_string) {
            self.name(&value);
        }
    }

    /// Says how long something may take.
    pub fn within(&mut self, within: Option<Duration>) {
        if let Some(within) = within {
            self.say(&format!(" within {within:?}"), &format!("，限时 {within:?}"));
        }
    }
}
