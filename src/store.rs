//! The only room that touches the disk: suites and schemas (built in, or from folders), profiles, secrets, outputs.

use std::{
    fs,
    io::{self, BufRead as _, Read as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use include_dir::{Dir, include_dir};

use crate::{
    plan,
    suite::{self, Suite, load::Texts},
    syntax::{diagnostic::Diagnostic, schema::Schemas, source::Source},
    target::Origin,
};

static CASES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/cases");
static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schemas");

/// The largest file that is read as a text.
const LARGEST: u64 = 16 << 20;
/// How long a pipe or a device may take to end: a command that fetches a secret may be slow.
const PIPE: Duration = Duration::from_secs(30);

/// Everything that cases are made of.
#[derive(Debug)]
pub struct Library {
    pub suites: Vec<Arc<Suite>>,
    pub schemas: Schemas,
}

/// The names of the suites that are built in.
pub fn built_in_suites() -> impl Iterator<Item = &'static str> {
    CASES.dirs().filter_map(|dir| dir.path().to_str())
}

fn built_in(dir: &'static Dir<'static>, root: &str, texts: &mut Texts) {
    let json = |file: &&include_dir::File<'_>| file.path().extension().is_some_and(|extension| extension == "json");
    for file in dir.files().filter(json) {
        if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
            let path = path.replace('\\', "/");
            texts.insert(path.clone(), Source::built_in(format!("{root}/{path}"), text));
        }
    }
    for inner in dir.dirs() {
        built_in(inner, root, texts);
    }
}

fn walk(root: &Path, folder: &Path, texts: &mut Texts, found: &mut Vec<Diagnostic>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            found.push(Diagnostic::plain(format!(
                "the folder {} can't be read: {error}",
                folder.display()
            )));
            return;
        }
    };
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let what = format!("the folder {} can't be read: {error}", folder.display());
                found.push(Diagnostic::plain(what));
                continue;
            }
        };
        let path = entry.path();
        // What an editor or a system keeps beside files is no file of an author: `.git`, `._x.json`, `.x.json.swp`.
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            walk(root, &path, texts, found);
        } else if let Some((what, help)) = passed_over(&path, kind.is_symlink()) {
            found.push(Diagnostic::plain(format!("{} {what}", path.display())).help(help));
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "json") {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let relative = relative.to_string_lossy().replace('\\', "/");
            match read(&path) {
                Ok(text) => {
                    texts.insert(relative, Source::new(path.display().to_string(), text));
                }
                Err(error) => found.push(Diagnostic::plain(format!("{} can't be read: {error}", path.display()))),
            }
        }
    }
}

/// What looks as if its author wanted it read, and is not: what it is, and what to do.
fn passed_over(path: &Path, link: bool) -> Option<(&'static str, &'static str)> {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    if link && (extension.eq_ignore_ascii_case("json") || path.is_dir()) {
        return Some((
            "is a link, and links are not followed",
            "a link may lead anywhere: copy what it leads to",
        ));
    }
    if link || extension == "json" {
        return None;
    }
    let near = ["json", "jsonc", "json5", "yaml", "yml", "toml"];
    near.iter().any(|near| extension.eq_ignore_ascii_case(near)).then_some((
        "is not read",
        "cases and schemas are JSON, in files that end in `.json`, in lower case",
    ))
}

fn texts(folder: Option<&Path>, dir: &'static Dir<'static>, root: &str, found: &mut Vec<Diagnostic>) -> Texts {
    let mut texts = Texts::new();
    match folder {
        Some(folder) => walk(folder, folder, &mut texts, found),
        None => built_in(dir, root, &mut texts),
    }
    texts
}

/// Reads suites and schemas: those built in, or those of folders.
///
/// # Errors
/// Every mistake in every file.
pub fn load(cases: Option<&Path>, schemas: Option<&Path>) -> Result<Library, Vec<Diagnostic>> {
    load_wanted(cases, schemas, &|_| true)
}

/// The same, but of the cases that are built in only those that are `wanted`, by id: a run of some begins sooner. All that
/// stands in a folder is read, for its mistakes.
///
/// # Errors
/// Every mistake in every file.
pub fn load_wanted(
    cases: Option<&Path>,
    schemas: Option<&Path>,
    wanted: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Library, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let built_in = cases.is_none() && schemas.is_none();
    let schemas = texts(schemas, &SCHEMAS, "schemas", &mut found);
    let cases = texts(cases, &CASES, "cases", &mut found);
    let loaded = suite::load::load(cases, schemas, &|case| !built_in || wanted(case));
    found.extend(loaded.mistakes);
    // Those built in are sound: a test says so, and a run need not wait for it to be said again.
    if !built_in {
        for draft in &loaded.drafts {
            found.extend(plan::check_draft(&draft.suite, &draft.gaps));
        }
        found.extend(loaded.schemas.compile());
    }
    if found.is_empty() {
        Ok(Library {
            suites: loaded.drafts.into_iter().map(|draft| draft.suite).collect(),
            schemas: loaded.schemas,
        })
    } else {
        Err(found)
    }
}

/// Reads a text of bounded size.
///
/// # Errors
/// Those of the disk, a file over the bound, or one that is not UTF-8.
pub fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("it is not UTF-8 at byte {at}: save it as UTF-8"))
    })
}

/// Reads a file that need not be text.
///
/// # Errors
/// Those of the disk, too large a file, and a pipe that does not end.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // What can't be looked at can't be read either, and that says why.
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return bytes_within(path, PIPE);
    }
    bytes_to_the_end(path)
}

/// The same for what may never end, nor begin: to open a pipe is to wait for somebody who writes to it.
fn bytes_within(path: &Path, patience: Duration) -> io::Result<Vec<u8>> {
    let (told, heard) = mpsc::channel();
    let reader = path.to_owned();
    // If it waits for ever, it does so until the process ends, which a mistake makes it do soon.
    thread::Builder::new().spawn(move || told.send(bytes_to_the_end(&reader)))?;
    heard.recv_timeout(patience).unwrap_or_else(|_| {
        let what = format!("it did not end within {} s: who writes to it?", patience.as_secs_f64());
        Err(io::Error::other(what))
    })
}

fn bytes_to_the_end(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Not only by what the system says of its size: some never end.
    fs::File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("the file is larger than 16 MiB"));
    }
    Ok(bytes)
}

/// Fetches a secret that a profile names, as it stands there.
///
/// # Errors
/// Why there is none, as a sentence fragment.
pub fn secret(origin: &Origin, folder: &Path) -> Result<String, String> {
    match origin {
        Origin::Value(_) => Err("it is already there".into()),
        Origin::Environment(name) => {
            std::env::var(name).map_err(|_| format!("the environment variable {name} is not set"))
        }
        Origin::File(path) => {
            let path = folder.join(path);
            read(&path).map_err(|error| format!("{}: {error}", path.display()))
        }
    }
}

/// Writes a whole file by way of a temporary one beside it, so that what was there before stays if anything fails. What is no
/// file, such as a pipe, is written to as it is: nothing may take its place.
///
/// # Errors
/// Those of the disk.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(text.as_bytes());
    }
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    let mut temporary = PathBuf::from(path);
    temporary.set_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // The failure is told; a temporary file that can't be removed adds nothing to it.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Where the system keeps what only looks like a link: `/dev/stdout` is one.
const SYSTEMS_OWN: [&str; 2] = ["/dev", "/proc"];

/// The file that is to be made or replaced there, under its one name; `None` for what is no file and loses nothing, such as a
/// pipe. As far as that can be said without writing.
///
/// # Errors
/// Why nothing can be written there.
pub fn place_for_a_file(path: &Path) -> io::Result<Option<PathBuf>> {
    if path.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if path.is_symlink() && !SYSTEMS_OWN.iter().any(|own| path.starts_with(own)) {
        return Err(io::Error::other(
            "it is a link, and what it leads to would be overwritten",
        ));
    }
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        return Ok(None);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder =
        fs::canonicalize(folder.unwrap_or(Path::new("."))).map_err(|_| io::Error::other("there is no such folder"))?;
    let name = path.file_name().ok_or_else(|| io::Error::other("it names no file"))?;
    Ok(Some(folder.join(name)))
}

/// A folder for outputs that must not mix with others: made, unless it is there and empty.
///
/// # Errors
/// Those of the disk, and when something is in it.
pub fn fresh_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    match fs::read_dir(path)?.next() {
        None => Ok(()),
        Some(_) => Err(io::Error::other("the folder is not empty: choose another, or empty it")),
    }
}

/// The lines of a file, one at a time.
///
/// # Errors
/// Those of the disk.
pub fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<String>> + use<>> {
    Ok(io::BufReader::new(fs::File::open(path)?).lines())
}

/// The most memory that this process has held, in bytes, where the system tells it.
pub fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

/// A file that grows line by line; each line is on its way to the disk when `line` returns.
#[derive(Debug)]
pub struct Journal {
    file: fs::File,
}

impl Journal {
    /// Begins a new file, or empties what is there: unless another process is writing it.
    ///
    /// # Errors
    /// Those of the disk, and the other writer.
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        // Devices and pipes have many writers and nothing to lose.
        if file.metadata()?.is_file() {
            match file.try_lock() {
                Err(fs::TryLockError::WouldBlock) => return Err(io::Error::other("another run is writing it")),
                // A file system without locks.
                Err(fs::TryLockError::Error(_)) | Ok(()) => {}
            }
            file.set_len(0)?;
        }
        Ok(Self { file })
    }

    /// Appends a line in one write, so that a kill leaves whole lines.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_file_is_read_up_to_its_bound() {
        let folder = folder();
        let path = folder.path().join("a.json");
        let file = fs::File::create(&path).unwrap_or_else(|error| panic!("{error}"));
        assert!(file.set_len(LARGEST).is_ok() && read(&path).is_ok());
        assert!(file.set_len(LARGEST + 1).is_ok() && read(&path).is_err());
        assert!(fs::write(&path, b"ab\xff").is_ok());
        let told = read(&path).map_err(|error| error.to_string());
        assert_eq!(told, Err("it is not UTF-8 at byte 2: save it as UTF-8".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_read_to_its_end_and_one_that_nobody_writes_to_is_not_waited_for() {
        let folder = folder();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()));
        let told = bytes_within(&pipe, Duration::from_millis(20)).map_err(|error| error.to_string());
        assert_eq!(told, Err("it did not end within 0.02 s: who writes to it?".to_owned()));
        // The reader that was given up still waits there, and takes what the first writer sends.
        assert!(fs::remove_file(&pipe).is_ok());
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|status| status.success()));
        let writer = pipe.clone();
        let writing = thread::spawn(move || fs::write(writer, "secret"));
        assert_eq!(bytes(&pipe).ok().as_deref(), Some(b"secret".as_slice()));
        assert!(writing.join().is_ok_and(|written| written.is_ok()));
    }

    #[test]
    fn a_file_is_written_whole_or_stays_as_it_was() {
        let folder = folder();
        let path = folder.path().join("out");
        assert!(write(&path, "one").is_ok() && write(&path, "two").is_ok());
        assert_eq!(read(&path).ok().as_deref(), Some("two"));
        assert!(write(&folder.path().join("no/out"), "x").is_err());
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(folder.path()).map(Iterator::count).ok(), Some(1));
    }

    #[test]
    fn what_looks_like_a_case_and_is_none_is_told() {
        for (name, link, told) in [
            ("a.json", false, false),
            ("a.JSON", false, true),
            ("a.yaml", false, true),
            ("README.md", false, false),
            ("a.json", true, true),
            ("README.md", true, false),
        ] {
            assert_eq!(passed_over(Path::new(name), link).is_some(), told, "{name}");
        }
    }

    #[test]
    fn a_secret_is_fetched_as_it_stands() {
        let folder = folder();
        assert!(fs::write(folder.path().join("s"), "secret\r\n").is_ok());
        let origin = Origin::File(PathBuf::from("s"));
        assert_eq!(secret(&origin, folder.path()).as_deref(), Ok("secret\r\n"));
        assert!(secret(&Origin::File(PathBuf::from("t")), folder.path()).is_err());
    }

    #[test]
    fn folders_for_outputs_are_fresh() {
        let folder = folder();
        assert!(fresh_folder(&folder.path().join("a")).is_ok());
        assert!(fresh_folder(folder.path()).is_err());
        assert!(place_for_a_file(folder.path()).is_err());
        assert!(place_for_a_file(&folder.path().join("b/c")).is_err());
        assert!(place_for_a_file(&folder.path().join("b")).is_ok());
    }
}
