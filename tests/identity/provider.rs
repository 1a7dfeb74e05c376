//! A certified OpenID provider (npm's `oidc-provider`), as an organisation has one.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::clients;

/// As which client the service is known to it, and with which secret.
pub const CLIENT: (&str, &str) = ("samsyn", "hemlighet-som-bara-proven-har");

/// A provider of its own process, which ends with it.
pub struct Provider {
    process: Child,
    said: BufReader<ChildStdout>,
    told: ChildStdin,
    pub issuer: String,
}

impl Provider {
    /// Starts one for a service that is reached at `base`, which knows these people: who they are to it, and what it
    /// tells of them.
    pub fn start(base: &str, accounts: &Value) -> Self {
        let (id, secret) = CLIENT;
        let client = json!({
            "client_id": id,
            "client_secret": secret,
            "redirect_uris": [format!("{base}sign-in/callback")],
            "post_logout_redirect_uris": [format!("{base}signed-out")],
            "backchannel_logout_uri": format!("{base}sign-out/back-channel"),
            "backchannel_logout_session_required": true,
        });
        let mut process = clients::node()
            .current_dir(clients::FOLDER)
            .arg("oidc-provider.mjs")
            .env(
                "OIDC",
                json!({ "clients": [client], "accounts": accounts }).to_string(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let mut said = BufReader::new(process.stdout.take().expect("its output is piped"));
        let told = process.stdin.take().expect("its input is piped");
        let mut issuer = String::new();
        said.read_line(&mut issuer).expect("it tells its issuer");
        Self {
            process,
            said,
            told,
            issuer: issuer.trim().to_owned(),
        }
    }

    /// Has it sign with another key from now on.
    pub fn rotates_its_key(&mut self) {
        writeln!(self.told, "rotate").expect("it listens");
        let mut done = String::new();
        self.said.read_line(&mut done).expect("it answers");
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
