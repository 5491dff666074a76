use super::*;

fn text(files: &[(&str, &str)]) -> Result<AgreementText, TextFailure> {
    AgreementText::new(files.iter().map(|(n, c)| (n.to_string(), c.to_string())).collect())
}

#[test]
fn export_then_import_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(&[("agreement.toml", "a = 1\n"), ("schedules/points.toml", "é = 'ü'")]);
    let text = text.unwrap();
    text.write_dir(dir.path()).unwrap();
    text.write_dir(dir.path()).unwrap();
    fs::write(dir.path().join("README.md"), "not part of it").unwrap();
    fs::write(dir.path().join(".hidden.toml"), "not part of it").unwrap();
    let again = AgreementText::read_dir(dir.path()).unwrap();
    assert_eq!(again, text);
    assert_eq!(again.hash(), text.hash());
}

#[test]
fn the_hash_is_the_same_with_windows_line_ends() {
    let unix = text(&[("a.toml", "x = 1\ny = 2\n")]).unwrap();
    let windows = text(&[("a.toml", "\u{feff}x = 1\r\ny = 2\r\n")]).unwrap();
    assert_eq!(unix.hash(), windows.hash());
}

#[test]
fn the_hash_tells_apart_where_a_file_ends() {
    let hashes = [
        text(&[("a.toml", "xy")]),
        text(&[("a.toml", "x"), ("b.toml", "y")]),
        text(&[("a.toml", "xb.tomly")]),
        text(&[("b.toml", "xy")]),
        text(&[("a.toml", "xy ")]),
    ]
    .map(|text| text.unwrap().hash());
    let distinct: BTreeSet<_> = hashes.iter().collect();
    assert_eq!(distinct.len(), hashes.len());
    // Worked out with Python's hashlib and struct.
    assert_eq!(hashes[0], "9cfdcb19b34141b391c7f55c00d43ffde59921e8b787ff7477d3645e307c282d");
}

#[test]
fn what_is_not_an_agreement_is_refused() {
    let refused = |files: &[(&str, &str)]| text(files).unwrap_err().to_string();
    assert!(refused(&[]).contains("no .toml files"));
    for name in ["a.md", "../a.toml", "/a.toml", "a/b/c.toml", ".a.toml", "a b.toml", ".toml"] {
        assert!(refused(&[(name, "")]).contains("cannot be the name"), "{name}");
    }
    assert!(refused(&[("a.toml", &"x".repeat(BYTES_MAX + 1))]).contains("1 MiB"));
    let many: BTreeMap<_, _> = (0..65).map(|n| (format!("{n}.toml"), String::new())).collect();
    assert!(AgreementText::new(many).unwrap_err().to_string().contains("more than 64"));
}

#[test]
fn folders_that_would_lose_something_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let text = text(&[("a.toml", "")]).unwrap();
    fs::write(dir.path().join("b.toml"), "").unwrap();
    assert!(
        matches!(text.write_dir(dir.path()), Err(TextFailure::InTheWay(name)) if name == "b.toml")
    );

    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("one/two")).unwrap();
    assert!(matches!(AgreementText::read_dir(dir.path()), Err(TextFailure::TooDeep(_))));

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.toml"), [0xff, 0xfe]).unwrap();
    assert!(matches!(AgreementText::read_dir(dir.path()), Err(TextFailure::NotUtf8(_))));
    assert!(AgreementText::read_dir(&dir.path().join("missing")).is_err());
}
