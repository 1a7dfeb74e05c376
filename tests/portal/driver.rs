//! A client of WebDriver: as much of <https://www.w3.org/TR/webdriver2/> as these tests need, and Chromium's own commands.
//!
//! The clients that there are bring some twenty crates, most of them in versions that are here already in another; what is
//! needed of the protocol is this.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// How long it may take to end.
const LONG: Duration = Duration::from_secs(10);
/// The key of an element in what is sent, by the specification.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// `chromedriver`, until it is dropped.
pub struct Driver {
    process: Child,
    port: u16,
    http: reqwest::Client,
    /// Kept, for it may have more to say.
    _out: BufReader<ChildStdout>,
}

/// An element of a page.
#[derive(Clone, Debug)]
pub struct Element(String);

impl Element {
    /// It as an argument of a script.
    pub fn argument(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }

    /// What a script answered, if it is an element.
    pub fn of(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }

    /// Its address below that of its session.
    pub fn path(&self, what: &str) -> String {
        format!("/element/{}/{what}", self.0)
    }
}

impl Driver {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let mut process = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("this test needs chromedriver: apt-get install chromium-driver");
        let mut out = BufReader::new(process.stdout.take().expect("its output is piped"));
        let mut said = String::new();
        let port = loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).expect("its output can be read");
            assert!(read > 0, "chromedriver does not start: {said}");
            let port = line
                .trim_end()
                .trim_end_matches('.')
                .rsplit_once("successfully on port ");
            if let Some(port) = port.and_then(|(_, port)| port.parse().ok()) {
                break port;
            }
            said.push_str(&line);
        };
        let http = reqwest::Client::builder().no_proxy().build();
        Self {
            process,
            port,
            http: http.expect("a client"),
            _out: out,
        }
    }

    /// Does a command, and gives its value; or what went wrong.
    pub async fn tries(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let url = format!("http://127.0.0.1:{}{path}", self.port);
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, url);
        if !body.is_null() {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let done = answer.status().is_success();
        let mut answer: Value = answer.json().await.map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        match done {
            true => Ok(value),
            false => Err(format!("{}: {}", value["error"], value["message"])),
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to shut down, it ends its browsers first, which would outlive it otherwise.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(LONG));
            let _ = write!(
                stream,
                "GET /shutdown HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.read_to_end(&mut vec![]);
        }
        let begun = Instant::now();
        while begun.elapsed() < LONG && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
