//! The files that TLS needs.

use std::path::{Path, PathBuf};

use crate::{syntax::diagnostic::Diagnostic, syntax::json::Node, syntax::source::Source};

/// The files that TLS needs.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Certificates to trust besides the machine's own.
    pub ca: Option<PathBuf>,
    /// The client certificate, for servers that demand one.
    pub certificate: Option<PathBuf>,
    /// Its key; in the same file if none is named.
    pub key: Option<PathBuf>,
}

impl Tls {
    /// The files are named from this folder.
    pub fn within(&mut self, folder: &Path) {
        for path in [&mut self.ca, &mut self.certificate, &mut self.key]
            .into_iter()
            .flatten()
        {
            *path = folder.join(&*path);
        }
    }

    pub(super) fn read(source: &Source, node: Option<&Node>, found: &mut Vec<Diagnostic>) -> Self {
        let member = |key| node.and_then(|tls| tls.member(key));
        let path = |key| member(key).and_then(Node::as_str).map(PathBuf::from);
        if let (Some(key), None) = (member("key"), member("certificate")) {
            let place = source.place(key.span.clone());
            found.push(Diagnostic::at(
                place,
                "a key without its certificate",
                "`certificate` is missing",
            ));
        }
        Self {
            ca: path("ca"),
            certificate: path("certificate"),
            key: path("key"),
        }
    }
}
