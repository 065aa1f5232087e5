//! What the hands were asked to find out, by number, until the step that asked takes the answer.

use std::collections::BTreeMap;

/// Questions under way and their answers. One that nobody waits for is forgotten.
#[derive(Debug)]
pub struct Answers<T> {
    asked: usize,
    open: BTreeMap<usize, Option<T>>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        Self {
            asked: 0,
            open: BTreeMap::new(),
        }
    }
}

impl<T> Answers<T> {
    /// The number of a new question.
    pub fn ask(&mut self) -> usize {
        let number = self.asked;
        self.asked += 1;
        self.open.insert(number, None);
        number
    }

    /// Takes in the answer to a question.
    pub fn arrive(&mut self, number: usize, answer: T) {
        if let Some(open) = self.open.get_mut(&number) {
            *open = Some(answer);
        }
    }

    /// The answer, once it has come.
    pub fn take(&mut self, number: usize) -> Option<T> {
        let answer = self.open.get_mut(&number)?.take()?;
        self.open.remove(&number);
        Some(answer)
    }
}
