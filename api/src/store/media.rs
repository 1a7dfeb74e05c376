//! Which files are accepted as evidence, how their content is recognised, and what they may be
//! called.
//!
//! [`ACCEPTED`] is the allow-list, one row a kind. What always holds for a file that passed: its
//! name has an extension of that list and no path, control or direction-changing characters; its
//! content is what the extension says, judged by the beginning and watched to the last byte; text
//! has no binary in it and does not begin as markup, XML is neither SVG nor XHTML, and no archive
//! holds Office macros or is a program. Formats that are not in the list (HTML, SVG, executables,
//! `.docm` …) are refused under whatever name they come.
//!
//! What this does not do is a virus scanner's work: nothing is unpacked, so macros are known by the
//! names that Office gives them, and a batch file that is called `.txt` is text.
//!
//! To accept one more kind, add its row to [`ACCEPTED`] and a sample to `samples` in the tests.

use http::HeaderValue;
use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::{
    NsReader,
    events::Event,
    name::{Namespace, ResolveResult},
};

use self::Content::{Archive, Binary, Package, Text};
use crate::{Error, Result};

/// A kind of file that is accepted.
#[derive(Debug)]
pub struct Kind {
    /// What it is called in messages.
    pub name: &'static str,
    /// The media type it is stored and served with.
    pub media_type: &'static str,
    /// The extensions it may have, in lower case; the first is the usual one.
    pub extensions: &'static [&'static str],
    content: Content,
}

/// How the content of a kind is recognised.
#[derive(Debug, Clone, Copy)]
enum Content {
    /// By its first bytes.
    Binary(fn(&[u8]) -> bool),
    /// Text throughout, which begins as the function demands.
    Text(fn(&[u8]) -> bool),
    /// A ZIP with at least one entry under each of these paths.
    Archive(&'static [&'static str]),
    /// A ZIP whose first entry is called `mimetype` and holds the media type.
    Package,
}

/// The files that are accepted as evidence.
pub static ACCEPTED: &[Kind] = &[
    kind(
        "PDF",
        "application/pdf",
        &["pdf"],
        Binary(|head| head.starts_with(b"%PDF-")),
    ),
    kind(
        "PNG image",
        "image/png",
        &["png"],
        Binary(infer::image::is_png),
    ),
    kind(
        "JPEG image",
        "image/jpeg",
        &["jpg", "jpeg"],
        Binary(infer::image::is_jpeg),
    ),
    kind(
        "plain text",
        "text/plain",
        &["txt", "log"],
        Text(is_plain_text),
    ),
    kind("CSV", "text/csv", &["csv"], Text(is_plain_text)),
    kind("JSON", "application/json", &["json"], Text(is_json)),
    kind("XML", "application/xml", &["xml"], Text(is_xml_data)),
    kind(
        "Word document",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &["docx"],
        Archive(&["[Content_Types].xml", "word/"]),
    ),
    kind(
        "Excel workbook",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        &["xlsx"],
        Archive(&["[Content_Types].xml", "xl/"]),
    ),
    kind(
        "PowerPoint presentation",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
        Archive(&["[Content_Types].xml", "ppt/"]),
    ),
    kind(
        "OpenDocument text",
        "application/vnd.oasis.opendocument.text",
        &["odt"],
        Package,
    ),
    kind(
        "OpenDocument spreadsheet",
        "application/vnd.oasis.opendocument.spreadsheet",
        &["ods"],
        Package,
    ),
    kind(
        "OpenDocument presentation",
        "application/vnd.oasis.opendocument.presentation",
        &["odp"],
        Package,
    ),
    kind(
        "signed container (ASiC-E)",
        "application/vnd.etsi.asic-e+zip",
        &["asice"],
        Package,
    ),
    kind(
        "signed container (ASiC-S)",
        "application/vnd.etsi.asic-s+zip",
        &["asics"],
        Package,
    ),
    kind(
        "signed message (CMS)",
        "application/pkcs7-mime",
        &["p7m"],
        Binary(is_cms),
    ),
    kind("e-mail", "message/rfc822", &["eml"], Text(is_mail)),
    kind("ZIP archive", "application/zip", &["zip"], Archive(&[""])),
];

const fn kind(
    name: &'static str,
    media_type: &'static str,
    extensions: &'static [&'static str],
    content: Content,
) -> Kind {
    Kind {
        name,
        media_type,
        extensions,
        content,
    }
}

/// How much of a file's beginning is enough to judge it.
const HEAD: usize = 64 * 1024;

/// The longest file name, in characters.
const LONGEST_NAME: usize = 200;

/// Judges a file while it streams by: [`begin`](Self::begin) with its beginning,
/// [`feed`](Self::feed) all of it, and [`finish`](Self::finish) for its media type.
#[derive(Debug)]
pub struct Inspection {
    kind: &'static Kind,
    directory: Directory,
}

impl Inspection {
    /// Judges by the name and the beginning: the first 64 KiB, or all of a smaller file.
    pub fn begin(head: &[u8], name: &str) -> Result<Self> {
        let kind = kind_of(name)?;
        let head = &head[..head.len().min(HEAD)];
        let agrees = match kind.content {
            Binary(begins) => begins(head),
            Text(begins) => is_text(head) && begins(head),
            Archive(_) => head.starts_with(ENTRY),
            Package => package_type(head) == Some(kind.media_type.as_bytes()),
        };
        if !agrees {
            return Err(kind.disagrees(infer::get(head).map(|found| found.mime_type())));
        }
        let directory = Directory::expecting(match kind.content {
            Archive(paths) => paths,
            Package => &["META-INF/"],
            Binary(_) | Text(_) => &[],
        });
        Ok(Self { kind, directory })
    }

    /// Watches the next bytes; all of them are fed, from the first, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<()> {
        match self.kind.content {
            Binary(_) => Ok(()),
            Text(_) if is_text(bytes) => Ok(()),
            Text(_) => Err(self.kind.disagrees(None)),
            Archive(_) | Package => self.directory.read(bytes),
        }
    }

    /// The media type, once everything has been fed.
    pub fn finish(self) -> Result<&'static str> {
        if self.directory.missing.is_empty() {
            Ok(self.kind.media_type)
        } else {
            Err(self.kind.disagrees(None))
        }
    }
}

/// The media type of a file whose content is at hand as a whole.
pub fn sniff(content: &[u8], name: &str) -> Result<&'static str> {
    let mut inspection = Inspection::begin(content, name)?;
    inspection.feed(content)?;
    inspection.finish()
}

/// The file name as it is kept, without blanks around it; an error if it is not accepted.
pub fn safe_name(name: &str) -> Result<String> {
    let name = name.trim();
    let refused = |why: String| Err(Error::invalid("fileName", why));
    if name.chars().count() > LONGEST_NAME {
        return refused(format!(
            "has more than {LONGEST_NAME} characters; shorten it"
        ));
    }
    if let Some(bad) = name.chars().find(|&c| is_unsafe(c)) {
        return refused(format!(
            "contains {bad:?}, which a file name must not; leave it out"
        ));
    }
    kind_of(name)?;
    Ok(name.to_owned())
}

/// Separates folders, or makes the name read as something else than it is (control and
/// direction-changing characters, and those that are not seen at all).
fn is_unsafe(c: char) -> bool {
    let invisible = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    matches!(c, '/' | '\\') || c.is_control() || invisible
}

/// The `Content-Disposition` of a download under this name (RFC 6266): the name in UTF-8 (RFC
/// 8187), and for clients that do not read that, in ASCII with `_` for all else.
#[must_use]
pub fn attachment(name: &str) -> HeaderValue {
    let ascii = |c: char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%');
    let plain: String = name
        .chars()
        .map(|c| if ascii(c) { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(name, EXTENDED_VALUE);
    HeaderValue::try_from(format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    ))
    .unwrap_or(HeaderValue::from_static("attachment"))
}

/// Everything but `attr-char` of RFC 8187.
const EXTENDED_VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

fn kind_of(name: &str) -> Result<&'static Kind> {
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    };
    ACCEPTED
        .iter()
        .find(|kind| kind.extensions.contains(&extension.as_str()))
        .ok_or_else(|| {
            Error::invalid(
                "fileName",
                format!("has no extension that is accepted. {}", accepted()),
            )
        })
}

fn accepted() -> String {
    let kinds: Vec<_> = ACCEPTED
        .iter()
        .map(|kind| format!("{} (.{})", kind.name, kind.extensions.join(", .")))
        .collect();
    format!("Accepted are: {}", kinds.join(", "))
}

impl Kind {
    fn disagrees(&self, found: Option<&str>) -> Error {
        let rule = match self.content {
            Binary(_) => "",
            Text(_) => {
                ": it must be UTF-8 or Latin-1 throughout, and begin as such files do, not as markup or a script"
            }
            Archive(_) | Package => ", or it is not complete",
        };
        let found = found.map_or_else(String::new, |found| format!(" (it looks like {found})"));
        let message = format!(
            "has the extension of {}, but its content is not that{found}{rule}. {}",
            self.name,
            accepted()
        );
        Error::invalid("file", message)
    }
}

/// Whether none of the bytes is one that text has not (the "binary data bytes" of the WHATWG's MIME
/// sniffing standard). What remains reads as UTF-8 or Latin-1; UTF-16 does not pass.
fn is_text(bytes: &[u8]) -> bool {
    !bytes
        .iter()
        .any(|byte| matches!(byte, 0..=0x08 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f))
}

/// Without byte order mark and leading blanks.
fn trimmed(head: &[u8]) -> &[u8] {
    head.strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start()
}

/// Begins neither as HTML, SVG or XML, nor as a script or a document of another kind.
fn is_plain_text(head: &[u8]) -> bool {
    let start = trimmed(head);
    let markup =
        matches!(start, [b'<', next, ..] if next.is_ascii_alphabetic() || b"!?/".contains(next));
    let foreign: [&[u8]; 4] = [b"#!", b"{\\rtf", b"%PDF-", b"%!PS"];
    !markup && !foreign.iter().any(|mark| start.starts_with(mark))
}

/// An array, or an object: its first member or its end follows the brace.
fn is_json(head: &[u8]) -> bool {
    match trimmed(head) {
        [b'[', ..] => true,
        [b'{', rest @ ..] => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        _ => false,
    }
}

/// XML that is not, by document type, root or namespace, something that a browser would run.
fn is_xml_data(head: &[u8]) -> bool {
    let start = trimmed(head);
    let mut reader = NsReader::from_reader(start);
    while start.starts_with(b"<") {
        match reader.read_resolved_event() {
            Ok((namespace, Event::Start(root) | Event::Empty(root))) => {
                let bound = matches!(namespace, ResolveResult::Bound(Namespace(uri)) if ACTIVE_NAMESPACES.contains(&uri));
                return !bound && !is_active_markup(root.local_name().as_ref());
            }
            Ok((_, Event::DocType(declared))) if is_active_markup(&declared) => return false,
            Ok((_, Event::Eof)) | Err(_) => return false,
            Ok(_) => {} // declaration, comment …
        }
    }
    false
}

const ACTIVE_NAMESPACES: [&[u8]; 2] = [
    b"http://www.w3.org/1999/xhtml",
    b"http://www.w3.org/2000/svg",
];

/// Whether the first word is the name of something that stands for a whole page, picture or
/// program.
fn is_active_markup(text: &[u8]) -> bool {
    let word = text.split(|byte| !byte.is_ascii_alphanumeric()).next();
    let word = word.unwrap_or_default().to_ascii_lowercase();
    matches!(
        word.as_slice(),
        b"html" | b"head" | b"body" | b"svg" | b"script" | b"iframe"
    )
}

/// Header fields (RFC 5322) from the first line on, the sender's among them.
fn is_mail(head: &[u8]) -> bool {
    for (index, line) in head.split(|&byte| byte == b'\n').enumerate() {
        if index > 0 && matches!(line.first(), Some(b' ' | b'\t')) {
            continue; // the field of the line before goes on
        }
        let Some(colon) = line.iter().position(|&byte| byte == b':') else {
            return false;
        };
        let name = &line[..colon];
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        if name.eq_ignore_ascii_case(b"from") {
            return true;
        }
    }
    false
}

/// A CMS message (RFC 5652), in DER or PEM.
fn is_cms(head: &[u8]) -> bool {
    let pem: [&[u8]; 2] = [b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----"];
    let [0x30, length, rest @ ..] = head else {
        return pem.iter().any(|begin| head.starts_with(begin));
    };
    // In the long form, the low bits tell how many bytes of length follow.
    let more = if *length < 0x80 {
        0
    } else {
        usize::from(length & 0x7f)
    };
    rest.get(more..)
        .is_some_and(|content| content.starts_with(PKCS7))
}

/// The DER of an object identifier under pkcs-7 (1.2.840.113549.1.7), without its last byte.
const PKCS7: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// How an entry of a ZIP begins.
const ENTRY: &[u8] = b"PK\x03\x04";

/// How the central directory's record of an entry begins.
const RECORD: &[u8] = b"PK\x01\x02";

/// How much of a ZIP is searched at a time.
const PIECE: usize = 64 * 1024;

/// The longest record that is sure to be read, its fixed 46 bytes and the path.
const LONGEST_RECORD: usize = 46 + 1024;

/// The content of a ZIP's first entry, if that is called `mimetype` and is stored as it is: so do
/// OpenDocument and ASiC tell what they are.
fn package_type(head: &[u8]) -> Option<&[u8]> {
    let entry = head.strip_prefix(ENTRY)?;
    let (method, size) = (number(entry, 4)?, number(entry, 14)?);
    let (name, extra) = (number(entry, 22)?, number(entry, 24)?);
    let content = entry
        .get(26..)?
        .strip_prefix(b"mimetype")?
        .get(extra..)?
        .get(..size)?;
    (method == 0 && name == b"mimetype".len()).then(|| content.trim_ascii())
}

/// Two bytes of a ZIP's header, as a number.
fn number(header: &[u8], at: usize) -> Option<usize> {
    let bytes = header.get(at..at + 2)?.try_into().ok()?;
    Some(u16::from_le_bytes(bytes).into())
}

/// Reads a ZIP's central directory as it comes by. It stands at the end and is what programs go by,
/// so it is found by its records' signature, in whatever pieces the file arrives.
#[derive(Debug)]
struct Directory {
    /// The latest bytes: a record may have begun in them and not ended.
    window: Vec<u8>,
    /// The paths under which no entry has been seen yet.
    missing: Vec<&'static str>,
}

impl Directory {
    fn expecting(paths: &[&'static str]) -> Self {
        let (window, missing) = (Vec::new(), paths.to_vec());
        Self { window, missing }
    }

    fn read(&mut self, bytes: &[u8]) -> Result<()> {
        for piece in bytes.chunks(PIECE) {
            self.window.extend_from_slice(piece);
            for at in memmem::find_iter(&self.window, RECORD) {
                if let Some(path) = recorded_path(&self.window[at..]) {
                    refuse_active(path)?;
                    self.missing
                        .retain(|wanted| !path.starts_with(wanted.as_bytes()));
                }
            }
            let done = self.window.len().saturating_sub(LONGEST_RECORD);
            self.window.drain(..done);
        }
        Ok(())
    }
}

fn recorded_path(record: &[u8]) -> Option<&[u8]> {
    let length = number(record, 28)?;
    record.get(46..)?.get(..length)
}

/// Refuses what makes an archive run: macros in Office documents and OpenDocument, programs for
/// Java and Android.
fn refuse_active(path: &[u8]) -> Result<()> {
    let lower = path.to_ascii_lowercase();
    let macros = lower.ends_with(b"vbaproject.bin")
        || lower.starts_with(b"xl/macrosheets/")
        || lower == b"basic/script-lc.xml";
    let program = lower == b"meta-inf/manifest.mf" || lower == b"androidmanifest.xml";
    let what = match (macros, program) {
        (true, _) => "macros; save it without them",
        (_, true) => "a program; hand in documents only",
        _ => return Ok(()),
    };
    let path = String::from_utf8_lossy(path);
    Err(Error::invalid(
        "file",
        format!("contains {path}, that is, {what}. {}", accepted()),
    ))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::Index};

    use super::*;

    /// A ZIP of stored entries, without checksums, which nothing here looks at.
    fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
        let (mut file, mut directory) = (Vec::new(), Vec::new());
        for (path, content) in entries {
            let mut lengths = vec![0; 4];
            lengths.extend((content.len() as u32).to_le_bytes().repeat(2));
            lengths.extend((path.len() as u16).to_le_bytes());
            let fixed = [
                [20, 0, 0, 0, 0, 0, 0, 0, 0, 0].as_slice(),
                &lengths,
                &[0, 0],
            ]
            .concat();
            let offset = (file.len() as u32).to_le_bytes();
            directory
                .extend([RECORD, &[20, 0], &fixed, &[0; 10], &offset, path.as_bytes()].concat());
            file.extend([ENTRY, &fixed, path.as_bytes(), content.as_bytes()].concat());
        }
        let start = file.len() as u32;
        let count = (entries.len() as u16).to_le_bytes().repeat(2);
        let length = (directory.len() as u32).to_le_bytes();
        let end = [
            b"PK\x05\x06\0\0\0\0",
            count.as_slice(),
            &length,
            &start.to_le_bytes(),
            &[0, 0],
        ];
        [file, directory, end.concat()].concat()
    }

    fn office(folder: &str) -> Vec<u8> {
        let part = format!("{folder}document.xml");
        zip(&[
            ("docProps/app.xml", ""),
            (&part, "<x/>"),
            ("[Content_Types].xml", "<Types/>"),
        ])
    }

    fn package(media_type: &str) -> Vec<u8> {
        zip(&[("mimetype", media_type), ("META-INF/manifest.xml", "<x/>")])
    }

    /// A file of each kind, by its usual extension.
    fn samples() -> Vec<(&'static str, Vec<u8>)> {
        let der = [&[0x30, 0x82, 0x01, 0x00], PKCS7, &[0x02, 0xa0, 0x80]].concat();
        vec![
            ("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0".to_vec()),
            ("png", b"\x89PNG\r\n\x1a\n\0".to_vec()),
            ("jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec()),
            ("txt", "Återläsningsprov: <godkänt>".into()),
            ("csv", b"\xef\xbb\xbfomr\xc3\xa5de;utfall\r\nn\xc3\xa4t;1\r\n".to_vec()),
            ("json", b" [{\"html\": \"<html>\"}]".to_vec()),
            ("xml", b"<?xml version='1.0'?><!-- <svg> -->\n<!DOCTYPE r [<!ENTITY e 'x'>]><r xmlns:h='http://www.w3.org/1999/xhtml'><h:p/></r>".to_vec()),
            ("docx", office("word/")),
            ("xlsx", office("xl/")),
            ("pptx", office("ppt/")),
            ("odt", package("application/vnd.oasis.opendocument.text")),
            ("ods", package("application/vnd.oasis.opendocument.spreadsheet")),
            ("odp", package("application/vnd.oasis.opendocument.presentation")),
            ("asice", package("application/vnd.etsi.asic-e+zip")),
            ("asics", package("application/vnd.etsi.asic-s+zip")),
            ("p7m", der),
            ("eml", b"Received: from a\r\n\tby b\r\nFrom: a@b.se\r\n\r\n<html>".to_vec()),
            ("zip", zip(&[("rapport.pdf", "%PDF-1.7")])),
        ]
    }

    fn extensions() -> impl Iterator<Item = &'static str> {
        ACCEPTED.iter().flat_map(|kind| kind.extensions).copied()
    }

    #[test]
    fn each_kind_is_recognised_and_passes_for_no_other() {
        let samples = samples();
        assert_eq!(samples.len(), ACCEPTED.len());
        let text = ["txt", "csv", "json", "eml"];
        for ((of, content), kind) in samples.iter().zip(ACCEPTED) {
            assert_eq!(*of, kind.extensions[0]);
            for name in extensions() {
                let found = sniff(content, &format!("fil.{}", name.to_uppercase())).ok();
                let named = kind_of(&format!("fil.{name}")).expect("it is accepted");
                let also = match named.extensions[0] {
                    "txt" | "csv" => text.contains(of),
                    "zip" => content.starts_with(ENTRY),
                    _ => false,
                };
                let expected = named.extensions.contains(of) || also;
                assert_eq!(
                    found,
                    expected.then_some(named.media_type),
                    "{of} as {name}"
                );
            }
        }
    }

    #[test]
    fn what_runs_is_refused_under_every_name() {
        let macros = |folder: &str| {
            let (part, code) = (format!("{folder}a.xml"), format!("{folder}vbaProject.bin"));
            zip(&[("[Content_Types].xml", ""), (&part, ""), (&code, "")])
        };
        let odt = "application/vnd.oasis.opendocument.text";
        for content in [
            b"MZ\x90\0\x03\0\0\0".to_vec(),
            b"\x7fELF\x02\x01\x01\0".to_vec(),
            b"#!/bin/sh\nrm -rf /\n".to_vec(),
            b"<!DOCTYPE html><p>".to_vec(),
            b"\xef\xbb\xbf \n<hTmL\n>".to_vec(),
            b"<script\tsrc=x>".to_vec(),
            b"<svg/onload=alert(1)>".to_vec(),
            b"<?xml version='1.0'?><!-- x --><svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            b"<?xml version='1.0'?><h:x xmlns:h='http://www.w3.org/1999/xhtml'/>".to_vec(),
            b"{\\rtf1 }".to_vec(),
            macros("word/"),
            macros("xl/"),
            macros("ppt/"),
            zip(&[
                ("[Content_Types].xml", ""),
                ("xl/w.xml", ""),
                ("XL/macroSheets/s.xml", ""),
            ]),
            zip(&[
                ("mimetype", odt),
                ("META-INF/manifest.xml", ""),
                ("Basic/script-lc.xml", ""),
            ]),
            zip(&[("META-INF/MANIFEST.MF", ""), ("Main.class", "")]),
            zip(&[("AndroidManifest.xml", ""), ("classes.dex", "")]),
        ] {
            for name in extensions() {
                let found = sniff(&content, &format!("rapport.{name}"));
                assert!(
                    found.is_err(),
                    "{} as {name}",
                    String::from_utf8_lossy(&content)
                );
            }
        }
    }

    #[test]
    fn text_is_utf_8_or_latin_1_to_the_end() {
        assert!(sniff(b"V\xe4ster\xe5s \x80 5", "a.txt").is_ok());
        assert!(sniff(b"\xff\xfea\0b\0", "a.txt").is_err(), "UTF-16");
        let late = [vec![b'a'; 2 * HEAD], vec![0]].concat();
        assert!(Inspection::begin(&late, "a.txt").is_ok());
        assert!(sniff(&late, "a.txt").is_err());
    }

    #[test]
    fn an_archive_without_its_directory_is_not_whole() {
        for (extension, content) in samples() {
            if content.starts_with(ENTRY) {
                let cut = memmem::find(&content, RECORD).expect("it has a directory");
                assert!(sniff(&content[..cut], &format!("a.{extension}")).is_err());
            }
        }
    }

    #[test]
    fn a_refusal_says_what_is_accepted() {
        let refusal = sniff(b"%PDF-1.7", "a.exe")
            .expect_err("not accepted")
            .to_string();
        assert!(
            refusal.contains("PDF (.pdf), PNG image (.png), JPEG image (.jpg, .jpeg), plain"),
            "{refusal}"
        );
        let refusal = sniff(b"MZ\x90\0", "a.pdf")
            .expect_err("not a PDF")
            .to_string();
        assert!(
            refusal.contains("portable-executable") && refusal.contains("PDF (.pdf)"),
            "{refusal}"
        );
    }

    #[test]
    fn file_names() {
        for name in [
            "Åtgärdsplan för nät & drift (v2).pdf",
            "a.b.C.JPG",
            "-.txt",
            &format!("{}.pdf", "ö".repeat(196)),
        ] {
            assert_eq!(safe_name(name).expect(name), name);
        }
        assert_eq!(
            safe_name(" plan.pdf\n").expect("blanks are left out"),
            "plan.pdf"
        );
        for name in [
            "",
            " ",
            ".",
            "..",
            ".pdf",
            "pdf",
            "a.exe",
            "a.pdf.exe",
            "a.docm",
            "a.svg",
            "a.html",
            "a.pdf.",
            "../a.pdf",
            "a\\b.pdf",
            "/a.pdf",
            "a\0.pdf",
            "a\r\nb.pdf",
            "fdp\u{202e}exe.pdf",
            "a\u{200b}.pdf",
            &format!("{}.pdf", "ö".repeat(197)),
        ] {
            assert!(safe_name(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_download_keeps_its_name() {
        assert_eq!(
            attachment("plan v2.pdf"),
            "attachment; filename=\"plan v2.pdf\"; filename*=UTF-8''plan%20v2.pdf"
        );
        assert_eq!(
            attachment("Åtgärd \"1\" 50%;x.pdf"),
            "attachment; filename=\"_tg_rd _1_ 50_;x.pdf\"; filename*=UTF-8''%C3%85tg%C3%A4rd%20%221%22%2050%25%3Bx.pdf"
        );
    }

    proptest! {
        #[test]
        fn the_verdict_does_not_depend_on_the_pieces(
            which: Index, name: Index, before in vec(any::<u8>(), 0..200), cuts in vec(any::<Index>(), 0..9)
        ) {
            let mut content = which.get(&samples()).1.clone();
            let middle = content.len() / 2;
            content.splice(middle..middle, before);
            let name = format!("a.{}", name.get(&extensions().collect::<Vec<_>>()));
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(content.len())).collect();
            cuts.extend([0, content.len()]);
            cuts.sort_unstable();
            let pieces = Inspection::begin(&content, &name).and_then(|mut inspection| {
                for piece in cuts.windows(2) {
                    inspection.feed(&content[piece[0]..piece[1]])?;
                }
                inspection.finish()
            });
            prop_assert_eq!(pieces.ok(), sniff(&content, &name).ok());
        }

        #[test]
        fn no_bytes_and_no_name_are_too_much(content in vec(any::<u8>(), 0..400), name in ".{0,30}", which: Index) {
            let extensions: Vec<_> = extensions().collect();
            let _ = sniff(&content, &format!("a.{}", which.get(&extensions)));
            let _ = sniff(&[ENTRY, &content].concat(), "a.zip");
            let _ = sniff(&[b"<", content.as_slice()].concat(), "a.xml");
            let _ = safe_name(&name);
            prop_assert!(attachment(&name).to_str().is_ok());
        }
    }
}
