use std::collections::BTreeSet;

use super::*;

fn on_disk(folder: &str, prefix: &str) -> BTreeSet<String> {
    let folder = format!("{}/static/css/{folder}", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names
        .filter_map(|name| name.into_string().unwrap().strip_suffix(".css").map(str::to_owned));
    names.map(|name| format!("{prefix}{name}")).collect()
}

#[test]
fn every_style_on_disk_is_served() {
    let mut expected = on_disk("", "");
    expected.extend(on_disk("components", "components/"));
    let served: BTreeSet<String> = STYLES.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(served, expected);
}

#[test]
fn every_script_on_disk_is_served() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/static/js");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap().replace(".js", ""));
    let served = SCRIPTS.iter().map(|(name, _)| (*name).to_owned());
    assert_eq!(served.collect::<BTreeSet<_>>(), names.collect());
}

#[test]
fn braces_balance_in_every_style() {
    for (name, text) in STYLES {
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "{name}.css");
    }
}

#[test]
fn a_name_changes_with_its_bytes() {
    let (one, two) = (File::new("a", "css", "", vec![1]), File::new("a", "css", "", vec![2]));
    assert_ne!(one.path, two.path);
    assert!(one.path.starts_with("/static/a.") && one.path.ends_with(".css"), "{}", one.path);
}

#[test]
fn the_script_is_small_and_writes_no_markup() {
    let whole: usize = SCRIPTS.iter().map(|(_, text)| text.len()).sum();
    assert!(whole <= 40 * 1024, "{whole} bytes");
    for (name, script) in SCRIPTS {
        for forbidden in
            ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write", ".style"]
        {
            assert!(!script.contains(forbidden), "{name}: {forbidden}");
        }
    }
}

/// Relative luminance of an OKLCH colour. Sources: Ottosson 2020 for OKLab to linear sRGB, WCAG 2.2
/// for the weights.
fn luminance([light, chroma, hue]: [f64; 3]) -> f64 {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (light + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let m = (light - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let s = (light - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
    let red = 4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s;
    let green = -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s;
    let blue = -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s;
    let [red, green, blue] = [red, green, blue].map(|part| part.clamp(0.0, 1.0));
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// A token's colour in both themes, light first.
fn token(name: &str) -> [f64; 2] {
    let css = include_str!("../../static/css/tokens.css");
    let line = css.lines().find(|line| line.trim().starts_with(&format!("--{name}:"))).unwrap();
    let mut colours = line.split("oklch(").skip(1).map(|colour| {
        let numbers = colour.split(')').next().unwrap().split(' ');
        let numbers: Vec<f64> = numbers.map(|number| number.parse().unwrap()).collect();
        luminance(numbers.try_into().unwrap())
    });
    [colours.next().unwrap(), colours.next().unwrap()]
}

#[test]
fn text_and_lines_stand_out_in_both_themes() {
    let text = ["ink", "ink-2", "ink-3", "accent", "marketing", "sales", "late"];
    let mut cases: Vec<(&str, &str, f64)> = Vec::new();
    for ground in ["paper", "paper-2", "float"] {
        cases.extend(text.map(|ink| (ink, ground, 4.5)));
    }
    cases.extend([("on-accent", "accent", 4.5), ("rule-2", "paper", 3.0)]);
    for (over, under, least) in cases {
        for (theme, (over_light, under_light)) in
            ["light", "dark"].iter().zip(token(over).into_iter().zip(token(under)))
        {
            let (high, low) = (over_light.max(under_light), over_light.min(under_light));
            let contrast = (high + 0.05) / (low + 0.05);
            assert!(contrast >= least, "{over} on {under}, {theme}: {contrast:.2}");
        }
    }
}
