//! What a run writes, and nothing else: to disks that are full, to pipes, to places that are no files.

use std::{
    fs,
    io::Write as _,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
};

use crate::binary::{assert_has, conformist, copy, error, formats, out, run};

const ROWS: &str = "gateway/http-surface/chunked";

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_the_rest_is_reported_all_the_same() {
    for format in formats() {
        let output = run(&["run", ROWS, "--report", &format!("{format}=/dev/full")]);
        assert_eq!(output.status.code(), Some(5), "{format}: {}", error(&output));
        assert_has(
            &error(&output),
            &["/dev/full can't be written: No space left on device"],
        );
        assert_has(
            &out(&output),
            &["conformant: no required clause that was assessed is violated"],
        );
    }
    // It is still the device that it was.
    assert!(!fs::metadata("/dev/full").expect("there").is_file());
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("opened");
    let output = conformist(&["run", ROWS]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(5));
    assert_has(&error(&output), &["No space left on device"]);
}

#[test]
fn a_place_for_no_file_is_told_before_the_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().display().to_string();
    for path in [place.clone(), format!("{place}/none/report")] {
        for format in formats() {
            let output = run(&["run", ROWS, "--report", &format!("{format}={path}")]);
            assert_eq!(output.status.code(), Some(2), "{format}: {}", error(&output));
            assert_has(&error(&output), &[&path, "can't be written"]);
            assert_eq!(out(&output), "");
        }
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn one_place_takes_one_report_however_it_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("sub")).expect("made");
    for other in ["r", "./r", "sub/../r"] {
        for [first, second] in [["junit", "human"], ["ndjson", "human"], ["ndjson", "ndjson"]] {
            let output = conformist(&["run", ROWS, "--report", &format!("{first}=r")])
                .args(["--report", &format!("{second}={other}")])
                .current_dir(folder.path())
                .output()
                .expect("it runs");
            assert_eq!(output.status.code(), Some(2), "{}", error(&output));
            assert_has(&error(&output), &["another report has the same place"]);
        }
    }
    assert_eq!(names(folder.path()), ["sub"]);
    let devices = ["--report", "junit=/dev/null", "--report", "human=/dev/null"];
    let output = run(&[&["run", ROWS][..], &devices].concat());
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
}

#[test]
#[cfg(unix)]
fn nothing_is_written_through_a_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("precious"), "precious").expect("written");
    std::os::unix::fs::symlink("precious", at("link")).expect("linked");
    std::os::unix::fs::symlink("nowhere", at("dangling")).expect("linked");
    for format in formats() {
        for link in ["link", "dangling"] {
            let output = run(&["run", ROWS, "--report", &format!("{format}={}", at(link).display())]);
            assert_eq!(output.status.code(), Some(2), "{format}: {}", error(&output));
            assert_has(&error(&output), &["it is a link"]);
        }
    }
    assert_eq!(fs::read(at("precious")).expect("there"), b"precious");
    assert_eq!(names(folder.path()), ["dangling", "link", "precious"]);
}

#[test]
fn a_journal_that_another_run_is_writing_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("run.ndjson");
    let other = fs::File::create(&journal).expect("made");
    other.lock().expect("locked");
    (&other).write_all(b"another run's\n").expect("written");
    let report = format!("ndjson={}", journal.display());
    let output = run(&["run", ROWS, "--report", &report]);
    assert_eq!(output.status.code(), Some(2), "{}", error(&output));
    assert_has(&error(&output), &["another run is writing it"]);
    assert_eq!(fs::read(&journal).expect("there"), b"another run's\n");
    drop(other);
    let output = run(&["run", ROWS, "--report", &report]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let kept = fs::read_to_string(&journal).expect("there");
    assert!(!kept.contains("another run's"), "{kept}");
}

#[test]
fn what_was_there_is_replaced_as_a_whole_and_nothing_else_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("run.txt"), "x".repeat(1 << 20)).expect("written");
    let output = conformist(&[
        "run",
        ROWS,
        "--report",
        &format!("human={}", at("run.txt")),
        "--report",
        "junit=run.xml",
        "--report",
        "ndjson=run.ndjson",
        "--record",
        "recording",
    ])
    .current_dir(folder.path())
    .output()
    .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    assert_eq!(names(folder.path()), ["recording", "run.ndjson", "run.txt", "run.xml"]);
    assert_eq!(
        names(&folder.path().join("recording")),
        ["journal.ndjson", "rows.ndjson", "run.json"]
    );
    assert!(fs::read_to_string(at("run.txt")).expect("text").len() < 1 << 16);
}

#[test]
#[cfg(unix)]
fn a_pipe_gets_its_report_and_stays_a_pipe() {
    use std::os::unix::fs::FileTypeExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let reader = Command::new("cat")
        .arg(&pipe)
        .stdout(Stdio::piped())
        .spawn()
        .expect("cat");
    let output = run(&["run", ROWS, "--report", &format!("junit={}", pipe.display())]);
    assert_eq!(output.status.code(), Some(0), "{}", error(&output));
    let read = reader.wait_with_output().expect("cat ends");
    assert_has(&out(&read), &["<testsuites", ROWS]);
    assert!(fs::metadata(&pipe).expect("there").file_type().is_fifo());
}

#[test]
fn a_proxy_of_the_environment_is_not_used() {
    let closed = "http://127.0.0.1:9";
    let output = conformist(&["run", ROWS, "ws-service/heartbeat/text"])
        .envs(["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"].map(|name| (name, closed)))
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}{}", out(&output), error(&output));
    let output = run(&["run", ROWS, "--proxy", "http://user:secret@127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["run", ROWS, "--proxy", closed]);
    assert_eq!(output.status.code(), Some(3), "{}", out(&output));
    assert_has(&error(&output), &["through the proxy"]);
}

#[test]
fn a_schema_fetches_nothing_and_a_link_leads_nowhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (cases, schemas) = (folder.path().join("cases"), folder.path().join("schemas"));
    copy(&root.join("cases"), &cases);
    copy(&root.join("schemas"), &schemas);
    let paths = [
        "--cases",
        cases.to_str().expect("a path"),
        "--schemas",
        schemas.to_str().expect("a path"),
    ];
    #[cfg(unix)]
    {
        let elsewhere = folder.path().join("elsewhere.json");
        fs::write(&elsewhere, "{}").expect("written");
        let link = cases.join("ws-service/calls/linked.json");
        std::os::unix::fs::symlink(&elsewhere, &link).expect("linked");
        let output = run(&[&["check"], &paths[..]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", out(&output));
        assert_has(&error(&output), &["linked.json is a link, and links are not followed"]);
        fs::remove_file(&link).expect("removed");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let address = listener.local_addr().expect("an address");
    let text = format!("{{\"$ref\": \"http://{address}/other.json\"}}");
    fs::write(schemas.join("ws-service/push.json"), text).expect("written");
    let output = run(&[&["check"], &paths[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", out(&output));
    assert!(listener.accept().is_err(), "the reference was followed");
}
