//! `lockstep agreement print`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use domain::ids::Version;
use engine::Engine;
use jiff::Timestamp;
use serde_json::json;

use crate::{commands::kept::keep, failure::Failure, output::Answer, person};

/// How long a browser may take; a page of this kind takes it a second or two.
const PRINTING_MAX: Duration = Duration::from_secs(60);

/// A version, a file, and whose eyes it is for.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its number
    #[arg(value_parser = super::version)]
    version: Version,
    /// The file, which ends in .pdf or .html
    #[arg(value_parser = form)]
    file: PathBuf,
    /// Who prints it, by id or mail address
    #[arg(long, value_name = "EMAIL")]
    by: String,
    /// The Chromium that makes a PDF, where it has another name
    #[arg(long, value_name = "PROGRAM", env = "CHROMIUM")]
    browser: Option<PathBuf>,
}

fn form(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("pdf" | "html") => Ok(path),
        _ => Err("name a file that ends in .pdf or .html".to_owned()),
    }
}

/// Prints.
///
/// # Errors
/// When there is no such version, no Chromium for a PDF, or the file cannot be written.
pub fn run(engine: &Engine, args: &Args, now: Timestamp) -> Result<Answer, Failure> {
    let (row, _) = engine.agreement(args.version)?;
    let actor = person::actor(engine, &args.by)?;
    let page = web::agreement_on_paper(engine, args.version, &actor, now).map_err(failure)?;
    let is_pdf = args.file.extension().is_some_and(|extension| extension == "pdf");
    let bytes = if is_pdf {
        let browser = browser(args.browser.as_deref())?;
        keep(&args.file, |beside| print(&browser, &page, beside))
            .map_err(|failure| failure.advise("An .html file needs no browser."))?
    } else {
        keep(&args.file, |beside| {
            fs::write(beside, &page)?;
            Ok(page.len() as u64)
        })?
    };
    let shown = args.file.display();
    let hash = &row.hash;
    Ok(Answer::new(
        format!(
            "Version {} is on paper in {shown}, {bytes} bytes. Its hash is {hash}.",
            args.version
        ),
        json!({
            "version": args.version,
            "hash": hash,
            "file": shown.to_string(),
            "bytes": bytes,
        }),
    ))
}

fn failure(failure: web::Failure) -> Failure {
    match failure {
        web::Failure::Broken(error) => error.into(),
        web::Failure::Refused(refusal) => engine::Error::Refused(refusal).into(),
        web::Failure::Unwritten(error) => Failure::io("lay out the page", &error),
        web::Failure::Absent | web::Failure::TooLong => {
            Failure::refused("this person may not read the Agreement".to_owned())
        }
    }
}

/// Names that Chromium goes by.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Chromium, where it is there.
fn browser(named: Option<&Path>) -> Result<PathBuf, Failure> {
    let search = env::var_os("PATH").unwrap_or_default();
    let found = |name: &Path| {
        let mut places = env::split_paths(&search).map(|folder| folder.join(name));
        places.find(|path| path.is_file())
    };
    let browser = match named {
        Some(named) => found(named),
        None => BROWSERS.iter().find_map(|name| found(Path::new(name))),
    };
    browser.ok_or_else(|| {
        let wanted = named.map_or("Chromium".to_owned(), |named| named.display().to_string());
        Failure::not_found(format!("there is no {wanted} to make a PDF with")).advise(
            "Install it (Debian: apt install chromium), name it with --browser, or print to a file \
             that ends in .html.",
        )
    })
}

/// Has the browser print a page into a file, in a profile that nobody else uses; says how many bytes
/// the file has.
fn print(browser: &Path, page: &str, file: &Path) -> io::Result<u64> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("agreement.html");
    let printed = folder.path().join("agreement.pdf");
    fs::write(&source, page)?;
    let mut command = Command::new(browser);
    command.args(["--headless", "--disable-gpu", "--disable-background-networking"]);
    command.args(["--no-first-run", "--no-pdf-header-footer"]);
    if rustix::process::geteuid().is_root() {
        // Chromium refuses to be root within its sandbox; the page has no script and asks for nothing.
        command.arg("--no-sandbox");
    }
    let named = |name: &str, path: &Path| format!("--{name}={}", path.display());
    command.arg(named("user-data-dir", &folder.path().join("profile")));
    command.arg(named("print-to-pdf", &printed)).arg(&source);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let began = Instant::now();
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        if began.elapsed() > PRINTING_MAX {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::other("the browser did not finish within a minute"));
        }
        thread::sleep(Duration::from_millis(50));
    };
    if !ended.success() || !printed.is_file() {
        return Err(io::Error::other(format!("the browser made no PDF: it ended with {ended}")));
    }
    fs::copy(&printed, file)
}
