//! The binary, for tests of it as a caller sees it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Output, Stdio},
};

pub fn conformist(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_conformist"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("CONFORMIST_TARGET")
        .env_remove("CLICOLOR_FORCE");
    command
}

pub fn run(arguments: &[&str]) -> Output {
    conformist(arguments).output().expect("the binary runs")
}

pub fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("standard output is UTF-8")
}

pub fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("standard error is UTF-8")
}

/// The formats of reports.
pub fn formats() -> Vec<String> {
    let listed = out(&run(&["list", "formats"]));
    let names = listed.lines().filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 2, "{listed}");
    names
}

pub fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// `serve` in a process of its own; ends with this.
pub struct Server(pub Child, pub String);

impl Server {
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = conformist(&[&["serve"], arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut first = String::new();
        let stdout = child.stdout.as_mut().expect("a pipe");
        BufReader::new(stdout).read_line(&mut first).expect("a first line");
        let address = first.trim().rsplit(' ').next().unwrap_or_default().to_owned();
        Self(child, address)
    }
}

/// Time-outs of a profile for a run that must conform: an honest server answers at once, but for the machine.
pub const PATIENT: &str = "\n[timeouts]\nconnect = \"1m\"\nexpect = \"1m\"\ncase = \"10m\"\n";

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
