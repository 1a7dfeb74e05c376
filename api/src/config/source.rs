//! Where the values of settings come from, and which of them wins.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{Database, Error, Evidence, Settings};

/// The file that is read when none is named.
pub const DEFAULT_FILE: &str = "samsyn.toml";

/// The folder that holds database and evidence when nothing else is said.
pub(super) const DEFAULT_DATA: &str = "samsyn-data";

const PREFIX: &str = "SAMSYN_";

/// Everything that has a say in the settings.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    data: Option<PathBuf>,
    environment: Vec<(String, String)>,
    flags: Vec<Flag>,
}

#[derive(Debug, Clone)]
struct Flag {
    name: &'static str,
    section: &'static str,
    setting: &'static str,
    value: String,
}

impl Sources {
    /// The process's environment with this file, which must then exist as [`DEFAULT_FILE`] need not,
    /// and this folder for the defaults of database and evidence to lie in.
    #[must_use]
    pub fn of_the_process(file: Option<PathBuf>, data: Option<PathBuf>) -> Self {
        let text = |os: OsString| os.to_string_lossy().into_owned();
        Self {
            file,
            data,
            environment: env::vars_os()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
            flags: Vec::new(),
        }
    }

    /// The value that a flag gives a setting, if the flag was given.
    #[must_use]
    pub fn flag(
        mut self,
        name: &'static str,
        (section, setting): (&'static str, &'static str),
        value: Option<impl ToString>,
    ) -> Self {
        self.flags.extend(value.map(|value| Flag {
            name,
            section,
            setting,
            value: value.to_string(),
        }));
        self
    }

    /// Reads the settings: flags win over environment, environment over file, file over defaults.
    ///
    /// # Errors
    /// When a source cannot be read, or names or values in it are not understood.
    pub fn load(&self) -> Result<Settings, Error> {
        let mut layers = Layers::default();
        if let Some(data) = &self.data {
            layers.set("database", "url", Database::url_in(data).expose(), "--data");
            layers.set("evidence", "url", Evidence::url_in(data).expose(), "--data");
        }
        if let Some((path, text)) = self.read_file()? {
            layers.add_file(path, &text)?;
        }
        layers.add_environment(&self.environment)?;
        for flag in &self.flags {
            layers.set(flag.section, flag.setting, &*flag.value, flag.name);
        }
        layers.read()
    }

    fn read_file(&self) -> Result<Option<(&Path, String)>, Error> {
        let path = self.file.as_deref().unwrap_or(Path::new(DEFAULT_FILE));
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some((path, text))),
            Err(source) if self.file.is_none() && source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(source) => Err(Error::Unreadable {
                path: path.to_owned(),
                source,
            }),
        }
    }
}

/// The values of all sources, the stronger over the weaker, with the origin of each.
#[derive(Default)]
struct Layers {
    values: Table,
    origins: BTreeMap<String, String>,
}

impl Layers {
    fn set(&mut self, section: &str, name: &str, value: impl Into<Value>, origin: &str) {
        if let Value::Table(settings) = self.section(section, origin) {
            settings.insert(name.to_owned(), value.into());
        }
        self.origins
            .insert(format!("{section}.{name}"), origin.to_owned());
    }

    fn section(&mut self, section: &str, origin: &str) -> &mut Value {
        self.origins
            .entry(section.to_owned())
            .or_insert_with(|| origin.to_owned());
        self.values
            .entry(section)
            .or_insert_with(|| Value::Table(Table::new()))
    }

    fn add_file(&mut self, path: &Path, text: &str) -> Result<(), Error> {
        let origin = path.display().to_string();
        let file = text.parse::<Table>().map_err(|error| Error::Malformed {
            path: path.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        for (section, settings) in file {
            let Value::Table(settings) = settings else {
                return Err(Error::Invalid {
                    key: section,
                    origin,
                    problem: "a setting stands under its section, such as [server]".to_owned(),
                });
            };
            self.section(&section, &origin);
            for (name, value) in settings {
                self.set(&section, &name, value, &origin);
            }
        }
        Ok(())
    }

    /// Reads `SAMSYN_SECTION__NAME`. An empty variable counts as not set, as compose files make them.
    fn add_environment(&mut self, environment: &[(String, String)]) -> Result<(), Error> {
        for (variable, value) in environment {
            let Some(key) = variable.strip_prefix(PREFIX) else {
                continue;
            };
            let key = key.to_lowercase();
            if let Some((section, name)) = key.split_once("__") {
                if !value.is_empty() {
                    self.set(section, name, &**value, variable);
                }
            } else {
                refuse_single_underscore(variable, &key)?;
            }
        }
        Ok(())
    }

    fn read(self) -> Result<Settings, Error> {
        let read = serde_path_to_error::deserialize(Value::Table(self.values));
        let settings: Settings = read.map_err(|error| {
            let key = error.path().to_string();
            // Of an element of a list, the setting is known.
            let setting = key.split('[').next().unwrap_or_default();
            let origin = self.origins.get(setting).cloned().unwrap_or_default();
            let problem = error.inner().message();
            match unknown(problem) {
                Some(accepted) => Error::Unknown {
                    key,
                    origin,
                    accepted: accepted.to_owned(),
                },
                None => Error::Invalid {
                    key,
                    origin,
                    problem: problem.to_owned(),
                },
            }
        })?;
        settings.evidence.check().map_err(|(name, problem)| {
            let key = format!("evidence.{name}");
            let origin = self.origins.get(&key).cloned().unwrap_or_default();
            let problem = problem.to_owned();
            Error::Invalid {
                key,
                origin,
                problem,
            }
        })?;
        Ok(settings)
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&b| b == b'\n').count() + 1
}

/// What serde says would have been accepted, if the problem is a name that it does not know.
fn unknown(problem: &str) -> Option<&str> {
    let (_, accepted) = problem
        .strip_prefix("unknown field")?
        .split_once("expected ")?;
    Some(accepted.strip_prefix("one of ").unwrap_or(accepted))
}

/// `SAMSYN_DATABASE_URL` is a slip that would otherwise go unnoticed. Other variables of the prefix
/// are left alone: Kubernetes invents `SAMSYN_PORT` and its like beside a service named samsyn.
fn refuse_single_underscore(variable: &str, key: &str) -> Result<(), Error> {
    let Some((section, name)) = key.split_once('_').filter(|(s, n)| is_setting(s, n)) else {
        return Ok(());
    };
    Err(Error::Unknown {
        key: variable.to_owned(),
        origin: "environment".to_owned(),
        accepted: format!("{PREFIX}{section}__{name}").to_uppercase(),
    })
}

/// Asks the sections themselves, so that there is no list of names to keep.
fn is_setting(section: &str, name: &str) -> bool {
    let mut probe = Layers::default();
    probe.set(section, name, "", "");
    !matches!(probe.read(), Err(Error::Unknown { .. }))
}

#[cfg(test)]
mod tests {
    use std::{io::Write, time::Duration};

    use tempfile::NamedTempFile;

    use super::*;

    const EXAMPLE: &str = include_str!("../../../deploy/samsyn.example.toml");

    fn file(text: &str) -> NamedTempFile {
        let mut file = NamedTempFile::with_suffix(".toml").expect("a temporary file");
        file.write_all(text.as_bytes()).expect("a written file");
        file
    }

    fn environment(variables: &[(&str, &str)]) -> Sources {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        Sources {
            environment: variables.iter().map(own).collect(),
            ..Sources::default()
        }
    }

    /// The message for a file, with the file's own name taken out.
    fn refusal_of(text: &str) -> String {
        let file = file(text);
        let sources = Sources {
            file: Some(file.path().to_owned()),
            ..Sources::default()
        };
        let error = sources.load().expect_err("a refusal").to_string();
        error.replace(&file.path().display().to_string(), "samsyn.toml")
    }

    fn refusal_of_variable(name: &str, value: &str) -> String {
        let sources = environment(&[(name, value)]);
        sources.load().expect_err("a refusal").to_string()
    }

    #[test]
    fn without_any_source_the_defaults_hold() {
        let settings = Sources::default().load().expect("the defaults");
        assert_eq!(settings, Settings::default());
        assert_eq!(
            settings.database.url.expose(),
            "sqlite://samsyn-data/samsyn.sqlite"
        );
        assert_eq!(settings.evidence.url.expose(), "file:samsyn-data/evidence");
        assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn flags_win_over_environment_over_file_over_defaults() {
        let file = file(
            "[server]\nlisten = '127.0.0.1:1'\nrequest_timeout = '1m'\n[database]\nmax_connections = 3",
        );
        let sources = Sources {
            file: Some(file.path().to_owned()),
            ..environment(&[
                ("SAMSYN_SERVER__LISTEN", "127.0.0.1:2"),
                ("SAMSYN_DATABASE__MAX_CONNECTIONS", "4"),
            ])
        };
        let settings = sources
            .flag("--listen", ("server", "listen"), Some("127.0.0.1:3"))
            .load()
            .expect("valid settings");

        assert_eq!(settings.server.listen.port(), 3);
        assert_eq!(settings.database.max_connections, 4);
        assert_eq!(settings.server.request_timeout, Duration::from_secs(60));
        assert_eq!(settings.server.shutdown_grace, Duration::from_secs(20));
    }

    #[test]
    fn a_data_folder_moves_the_defaults_and_nothing_else() {
        let sources = Sources {
            data: Some("/srv/50% sure?".into()),
            ..environment(&[("SAMSYN_EVIDENCE__URL", "file:/mnt/evidence")])
        };
        let settings = sources.load().expect("valid settings");

        assert_eq!(
            settings.database.url.expose(),
            "sqlite:///srv/50%25 sure%3F/samsyn.sqlite"
        );
        assert_eq!(settings.evidence.url.expose(), "file:/mnt/evidence");
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let sources = environment(&[("SAMSYN_SERVER__PUBLIC_URL", "")]);
        assert_eq!(sources.load().expect("valid settings"), Settings::default());
    }

    #[test]
    fn unknown_names_are_refused_with_the_known_ones() {
        assert_eq!(
            refusal_of("[database]\nuri = 'sqlite:x'"),
            "`database.uri` (samsyn.toml) is not a setting, accepted here: `url` or `max_connections`"
        );
        assert_eq!(
            refusal_of("[databse]"),
            "`databse` (samsyn.toml) is not a setting, accepted here: \
             `server`, `database`, `evidence`, `identity`, `bus`, `documents`, `limits`, `log`, `telemetry`"
        );
        assert_eq!(
            refusal_of_variable("SAMSYN_BUS__URI", "memory:"),
            "`bus.uri` (SAMSYN_BUS__URI) is not a setting, accepted here: `url`"
        );
    }

    #[test]
    fn a_single_underscore_between_section_and_name_is_noticed() {
        assert_eq!(
            refusal_of_variable("SAMSYN_DATABASE_MAX_CONNECTIONS", "3"),
            "`SAMSYN_DATABASE_MAX_CONNECTIONS` (environment) is not a setting, accepted here: \
             SAMSYN_DATABASE__MAX_CONNECTIONS"
        );
        let made_by_kubernetes = environment(&[
            ("SAMSYN_PORT", "tcp://10.0.0.1:80"),
            ("SAMSYN_SERVICE_HOST", "10.0.0.1"),
            ("SAMSYN_DATABASE_SERVICE_HOST", "10.0.0.2"),
        ]);
        assert!(made_by_kubernetes.load().is_ok());
    }

    #[test]
    fn wrong_values_are_refused_with_what_is_accepted() {
        for (text, refusal) in [
            (
                "[server]\nlisten = 'localhost'",
                "setting `server.listen` (samsyn.toml): \"localhost\" is not accepted, \
                 it must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080",
            ),
            (
                "[server]\npublic_url = 'https://example.se/samsyn'",
                "setting `server.public_url` (samsyn.toml): \"https://example.se/samsyn\" is not accepted, \
                 it must be an http or https address without a path, such as https://samsyn.example.se",
            ),
            (
                "[server]\nallowed_origins = ['https://portal.example.se/']",
                "setting `server.allowed_origins` (samsyn.toml): \"https://portal.example.se/\" is not accepted, \
                 it must be a list of http or https origins as browsers send them, such as \
                 [\"https://portal.example.se\"]: each by its name, without a path, a slash at the end \
                 or the scheme's own port",
            ),
            (
                "[server]\nallowed_origins = ['https://portal.example.se', 5]",
                "setting `server.allowed_origins[1]` (samsyn.toml): invalid type: integer `5`, expected a string",
            ),
            (
                "[server]\ntrusted_proxies = ['10.0.0.0/8', 'proxy.example.se']",
                "setting `server.trusted_proxies` (samsyn.toml): \"proxy.example.se\" is not accepted, \
                 it must be a list of IP addresses and networks, such as \
                 [\"127.0.0.1\", \"10.0.0.0/8\", \"fd00::/8\"]",
            ),
            (
                "[server]\nrequest_timeout = 30",
                "setting `server.request_timeout` (samsyn.toml): \"30\" is not accepted, \
                 it must be a length of time with its unit, such as 30s or 5m",
            ),
            (
                "[database]\nmax_connections = true",
                "setting `database.max_connections` (samsyn.toml): \"true\" is not accepted, \
                 it must be a whole number from 1 to 1000",
            ),
            (
                "[evidence]\nmax_bytes = '2 gigabytes'",
                "setting `evidence.max_bytes` (samsyn.toml): \"2 gigabytes\" is not accepted, \
                 it must be a number of bytes, or a size with its unit, such as 500 MiB or 2 GiB",
            ),
            (
                "[log]\nformat = ['json']",
                "setting `log.format` (samsyn.toml): invalid type: sequence, expected `pretty` or `json`",
            ),
            (
                "listen = '127.0.0.1:80'",
                "setting `listen` (samsyn.toml): a setting stands under its section, such as [server]",
            ),
        ] {
            assert_eq!(refusal_of(text), refusal);
        }
        assert_eq!(
            refusal_of_variable("SAMSYN_DATABASE__URL", "mysql://samsyn:s3cret@db"),
            "setting `database.url` (SAMSYN_DATABASE__URL): \
             it must be sqlite://FILE or postgres://USER:PASSWORD@HOST/DATABASE"
        );
        assert_eq!(
            refusal_of_variable("SAMSYN_LOG__FILTER", "info,sqlx=loud"),
            "setting `log.filter` (SAMSYN_LOG__FILTER): \"info,sqlx=loud\" is not accepted, it must be \
             a level (error, warn, info, debug, trace), or levels by target, such as info,samsyn=debug"
        );
    }

    #[test]
    fn the_settings_of_a_bucket_belong_together() {
        let given = |more: &str| {
            let keys = "access_key = 'AKIA'\nsecret_key = 's3cret'\n";
            format!("[evidence]\nurl = 's3://samsyn-evidence/prod'\n{keys}{more}")
        };
        for (text, refusal) in [
            (
                "[evidence]\nregion = 'eu-north-1'".to_owned(),
                "`evidence.region` (samsyn.toml): it is for `evidence.url` = s3://BUCKET alone",
            ),
            (
                "[evidence]\nurl = 's3://samsyn-evidence'\nsecret_key = 's3cret'".to_owned(),
                "`evidence.url` (samsyn.toml): a bucket needs `evidence.access_key`, too",
            ),
            (
                "[evidence]\nurl = 's3://samsyn-evidence'\naccess_key = 'AKIA'".to_owned(),
                "`evidence.url` (samsyn.toml): a bucket needs `evidence.secret_key`, too",
            ),
            (
                given(""),
                "`evidence.url` (samsyn.toml): a bucket needs `evidence.region`, too, \
                 or `evidence.endpoint` if it is not Amazon's",
            ),
            (
                given("endpoint = 'http://s3.example.se'"),
                "`evidence.endpoint` (samsyn.toml): http:// leads to this machine alone, for files and keys \
                 are sent unencrypted; use https://, or set `evidence.allow_http` to true",
            ),
            (
                given("endpoint = 'https://AKIA:s3cret@s3.example.se'"),
                "`evidence.endpoint` (samsyn.toml): it must be an http or https address without a path or keys, \
                 such as https://s3.example.se",
            ),
            (
                given("region = 'eu-north-1'\nmax_bytes = '6 GiB'"),
                "`evidence.max_bytes` (samsyn.toml): a bucket takes files of 5 GiB at most",
            ),
            (
                given("region = ''"),
                "`evidence.region` (samsyn.toml): \"\" is not accepted, it must be a name such as eu-north-1",
            ),
            (
                given("secret_keys = 's3cret'"),
                "`evidence.secret_keys` (samsyn.toml) is not a setting, accepted here: `url`, `endpoint`, `region`, \
                 `access_key`, `secret_key`, `allow_http`, `max_bytes`",
            ),
        ] {
            let told = refusal_of(&text);
            assert_eq!(told.trim_start_matches("setting "), refusal);
        }
        for url in [
            "s3://AKIA:s3cret@samsyn-evidence",
            "s3://Samsyn",
            "s3://samsyn-evidence//x",
            "s3://samsyn-evidence/../x",
            "s3://samsyn-evidence?region=x",
            "s3:samsyn-evidence",
        ] {
            let told = refusal_of(&format!("[evidence]\nurl = '{url}'"));
            assert!(
                told.contains("must be file:FOLDER") && !told.contains("s3cret"),
                "{told}"
            );
        }
    }

    #[test]
    fn a_bucket_is_reached_with_all_that_was_given() {
        let keys = [
            ("SAMSYN_EVIDENCE__ACCESS_KEY", "AKIA"),
            ("SAMSYN_EVIDENCE__SECRET_KEY", "s3cret"),
        ];
        for (url, more, read) in [
            (
                "s3://samsyn-evidence",
                &[("SAMSYN_EVIDENCE__REGION", "eu-north-1")][..],
                ("samsyn-evidence", "", "eu-north-1", false),
            ),
            (
                "s3://samsyn-evidence/prod/a/",
                &[("SAMSYN_EVIDENCE__ENDPOINT", "http://127.0.0.1:9000")],
                ("samsyn-evidence", "prod/a", "us-east-1", true),
            ),
            (
                "s3://samsyn-evidence",
                &[
                    ("SAMSYN_EVIDENCE__ENDPOINT", "http://minio:9000"),
                    ("SAMSYN_EVIDENCE__ALLOW_HTTP", "true"),
                ],
                ("samsyn-evidence", "", "us-east-1", true),
            ),
        ] {
            let sources =
                environment(&[&keys[..], &[("SAMSYN_EVIDENCE__URL", url)], more].concat());
            let settings = sources.load().expect("valid settings");
            let shown = format!("{settings:?}");
            assert!(!shown.contains("AKIA") && !shown.contains("s3cret"));
            let s3 = settings.evidence.s3().expect("a bucket");
            assert_eq!((s3.bucket, s3.prefix, s3.region, s3.is_plain_http()), read);
            assert_eq!(s3.secret_key.expose(), "s3cret");
        }
    }

    #[test]
    fn a_file_that_is_not_toml_is_refused_with_the_line() {
        let refusal = refusal_of("[server]\nlisten = 127.0.0.1");
        assert!(
            refusal.starts_with("line 2 of the settings file samsyn.toml is not valid TOML: "),
            "{refusal}"
        );
    }

    #[test]
    fn no_refusal_repeats_a_password() {
        for text in [
            "[database]\nurl = '//samsyn:s3cret@db/samsyn'",
            "[database]\nurl = ['postgres://samsyn:s3cret@db']",
            "database = 'postgres://samsyn:s3cret@db'",
            "[database]\nurl = 'postgres://samsyn:s3cret@db",
            "[database]\nurl = postgres://samsyn:s3cret@db",
            "[evidence]\nsecret_key = 's3cret with a blank'",
            "[evidence]\nsecret_key = ['s3cret']",
        ] {
            let refusal = refusal_of(text);
            assert!(!refusal.contains("s3cret"), "{refusal}");
        }
    }

    #[test]
    fn a_file_that_was_named_must_exist() {
        let sources = Sources {
            file: Some("/nowhere/samsyn.toml".into()),
            ..Sources::default()
        };
        let error = sources.load().expect_err("a refusal");
        assert_eq!(
            error.to_string(),
            "cannot read the settings file /nowhere/samsyn.toml"
        );
    }

    #[test]
    fn the_example_shows_every_setting_with_its_default() {
        let example = file(EXAMPLE);
        let sources = Sources {
            file: Some(example.path().to_owned()),
            ..Sources::default()
        };
        assert_eq!(
            sources.load().expect("a valid example"),
            Settings::default()
        );

        // What has no default is shown behind a `#`.
        let shown: String = EXAMPLE
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.contains(" = ") => setting,
                _ => line,
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        let shown: Table = shown.parse().expect("valid TOML");
        for section in names(&accepted_in("")) {
            let Some(Value::Table(settings)) = shown.get(&section) else {
                panic!("[{section}] is missing");
            };
            for name in names(&accepted_in(&section)) {
                assert!(settings.contains_key(&name), "{section}.{name} is missing");
            }
        }
    }

    /// The names that a section accepts, as its refusal of a wrong one tells.
    fn accepted_in(section: &str) -> String {
        let text = match section {
            "" => "[nonsense]".to_owned(),
            section => format!("[{section}]\nnonsense = 1"),
        };
        refusal_of(&text)
            .split_once("accepted here: ")
            .expect("a list of names")
            .1
            .to_owned()
    }

    fn names(list: &str) -> Vec<String> {
        let quoted = list.split('`').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    }
}
