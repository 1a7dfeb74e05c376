//! Papers to hand in: small files that are what their names say and open in any viewer.

/// The characters of Windows-1252 beside Latin-1 that Swedish texts use, and their codes there.
const BESIDE_LATIN_1: [(char, u8); 5] = [
    ('–', 0x96),
    ('—', 0x97),
    ('’', 0x92),
    ('”', 0x94),
    ('•', 0x95),
];

/// Where the first line stands on an A4 page, and how far below each next one.
const TOP: usize = 770;
const LEADING: usize = 22;

/// A PDF of one A4 page: a title, and lines below it.
pub fn pdf(title: &str, lines: &[&str]) -> Vec<u8> {
    let content = content(title, lines);
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"\nendstream");
    let mut info = b"<< /Title ".to_vec();
    info.extend_from_slice(&string(title));
    info.extend_from_slice(b" /Producer (Samsyn demo) >>");
    let font = |name: &str| {
        format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>")
            .into_bytes()
    };
    assemble(&[
        b"<< /Type /Catalog /Pages 2 0 R /Lang (sv-SE) >>".to_vec(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R \
          /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>"
            .to_vec(),
        font("Helvetica"),
        font("Helvetica-Bold"),
        stream,
        info,
    ])
}

/// What the page shows.
fn content(title: &str, lines: &[&str]) -> Vec<u8> {
    let mut content = format!("BT /F2 18 Tf 1 0 0 1 60 {TOP} Tm ").into_bytes();
    content.extend_from_slice(&string(title));
    content.extend_from_slice(b" Tj /F1 11 Tf ");
    for (place, line) in lines.iter().enumerate() {
        let height = TOP.saturating_sub((place + 2) * LEADING);
        content.extend_from_slice(format!("1 0 0 1 60 {height} Tm ").as_bytes());
        content.extend_from_slice(&string(line));
        content.extend_from_slice(b" Tj ");
    }
    content.extend_from_slice(b"ET");
    content
}

/// A text as a PDF string in Windows-1252; what that cannot say becomes a question mark.
fn string(text: &str) -> Vec<u8> {
    let mut string = vec![b'('];
    for character in text.chars() {
        let beside = BESIDE_LATIN_1.iter().find(|(known, _)| *known == character);
        let byte = match beside {
            Some((_, byte)) => *byte,
            None => u8::try_from(u32::from(character)).unwrap_or(b'?'),
        };
        if matches!(byte, b'(' | b')' | b'\\') {
            string.push(b'\\');
        }
        string.push(byte);
    }
    string.push(b')');
    string
}

/// Objects, numbered from 1, as a file with its table of where each begins. The first is the catalogue,
/// the last the information about the document.
fn assemble(objects: &[Vec<u8>]) -> Vec<u8> {
    // The comment's high bytes tell transports that this is not text.
    let mut file = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(objects) {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (start, count) = (file.len(), objects.len());
    file.extend_from_slice(table.as_bytes());
    let trailer = format!(
        "trailer\n<< /Size {} /Root 1 0 R /Info {count} 0 R >>\nstartxref\n{start}\n%%EOF\n",
        count + 1
    );
    file.extend_from_slice(trailer.as_bytes());
    file
}

/// A table as a Swedish spreadsheet writes it, with semicolons. No cell holds one.
pub fn csv(rows: &[&[&str]]) -> Vec<u8> {
    let lines: Vec<_> = rows.iter().map(|cells| cells.join(";") + "\r\n").collect();
    lines.concat().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(file: &[u8], needle: &[u8]) -> usize {
        file.windows(needle.len())
            .position(|part| part == needle)
            .expect("a part of the file")
    }

    #[test]
    fn the_table_of_a_pdf_says_where_each_object_begins() {
        let file = pdf(
            "Certifikat – ISO/IEC 27001",
            &["Åtgärder (utförda)", "1 \\ 2"],
        );
        let start = find(&file, b"xref\n0 8\n");
        let table = std::str::from_utf8(&file[start..]).expect("text");

        for (number, line) in table.lines().skip(3).take(7).enumerate() {
            assert_eq!(line.len(), 19);
            let at: usize = line[..10].parse().expect("an offset");
            let head = format!("{} 0 obj\n", number + 1);
            assert!(file[at..].starts_with(head.as_bytes()), "{line}");
        }
        assert!(table.contains(&format!("startxref\n{start}\n%%EOF")));
    }

    #[test]
    fn a_pdf_shows_swedish_and_keeps_brackets_from_ending_its_texts() {
        let file = pdf("Å – ö", &["(a) \\ b"]);
        find(&file, b"(\xc5 \x96 \xf6) Tj");
        find(&file, br"(\(a\) \\ b) Tj");
    }

    #[test]
    fn a_csv_has_a_line_a_row() {
        assert_eq!(
            csv(&[&["System", "Resultat"], &["Lön", "Godkänd"]]),
            "System;Resultat\r\nLön;Godkänd\r\n".as_bytes()
        );
    }
}
