//! The two programs that these tests need, and one of them started.

use std::{
    env,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

/// Where the programs are.
pub struct Programs {
    chromedriver: PathBuf,
    pub chromium: PathBuf,
}

impl Programs {
    /// None where one is missing, said aloud.
    ///
    /// # Panics
    /// When one is missing where it must not be.
    pub fn found() -> Option<Programs> {
        let chromedriver = program("CHROMEDRIVER", "chromedriver");
        let chromium = program("CHROMIUM", "chromium");
        match (chromedriver, chromium) {
            (Ok(chromedriver), Ok(chromium)) => Some(Programs { chromedriver, chromium }),
            (Err(missing), _) | (_, Err(missing)) => {
                let is = |name: &str, value: &str| env::var(name).is_ok_and(|set| set == value);
                let needed = is("CI", "true") || is("LOCKSTEP_TEST_BROWSER", "1");
                assert!(!needed, "{missing} is not here: install chromium and chromium-driver");
                println!("skipped: {missing} is not here");
                None
            }
        }
    }
}

/// A program by what a variable names, or by its usual name on the path; its name where it is not.
fn program(variable: &str, usual: &str) -> Result<PathBuf, String> {
    let name = env::var(variable).ok().filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| usual.to_owned());
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = env::split_paths(&path).map(|folder| folder.join(&name));
    places.find(|place| place.is_file()).ok_or(name)
}

/// A chromedriver that runs until this is dropped, and with it every browser it has started.
pub struct Chromedriver {
    child: Child,
    port: u16,
    /// Kept open, for it writes now and then.
    _says: BufReader<ChildStdout>,
}

impl Chromedriver {
    pub fn started(programs: &Programs) -> Chromedriver {
        let mut command = Command::new::<&Path>(&programs.chromedriver);
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("chromedriver starts");
        let mut says = BufReader::new(child.stdout.take().expect("its words are piped"));
        let port = says.by_ref().lines().map_while(Result::ok).find_map(|line| port_in(&line));
        Chromedriver { child, port: port.expect("chromedriver says its port"), _says: says }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks it to end its browsers and itself. Chromium hangs on a pipe, so it would end anyway.
    fn asked_to_end(&self) -> std::io::Result<()> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port))?;
        line.set_read_timeout(Some(Duration::from_secs(5)))?;
        line.write_all(b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        line.read_to_end(&mut Vec::new()).map(drop)
    }
}

/// The port in `ChromeDriver was started successfully on port 36365.`
fn port_in(line: &str) -> Option<u16> {
    line.contains("started").then(|| line.trim_end_matches('.').rsplit(' ').next())??.parse().ok()
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Whatever these answer, there is nothing more to be done.
        let _ = self.asked_to_end();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
