use super::*;

fn told(text: &str) -> Result<Journeys, String> {
    read(text.as_bytes()).map_err(|trouble| trouble.to_string())
}

#[test]
fn paths_are_read_as_packages_write_them() {
    for text in [
        "path;conv;value;null\nA > B;2;12.5;1\nB>A;0;;3\nC;0;0;0\n",
        "path,total_conversions,total_conversion_value,total_null\n\"A > B\",2.0,12.5,1\nB > A,0,0,3\n",
        "\u{feff}Null\tPath\tConv\tValue\n1\tA > B\t2\t12.5\n3\tB > A\t0\t\n",
    ] {
        let journeys = told(text).unwrap();
        assert_eq!(journeys.len(), 2, "{text}");
        assert_eq!(journeys.channels.names(), ["A", "B"]);
        assert_eq!(journeys.get(1).touched, [1, 0]);
        let ended = Ended { conversions: 2, nulls: 1, value: 12_500_000_000 };
        assert_eq!(journeys.get(0).ended, ended);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let cases = [
        ("path;conv;value\nA;1;2\n", "there is no column `null` among path, conv, value"),
        ("path;conv;null\nA;1;0\nB;many;0\n", "line 3: `many` is no number of journeys"),
        ("path;conv;value;null\nA;1;-2;0\n", "line 2: `-2` is no value of nothing or more"),
        ("path;conv;null\n > ;1;0\n", "line 2: a journey without a touch"),
        ("path;conv;null\nA;1;0;9\n", "could not read the paths as a table"),
    ];
    for (text, expected) in cases {
        let said = told(text).unwrap_err();
        assert!(said.starts_with(expected), "{said}");
    }
}
