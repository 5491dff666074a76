//! Headers as systems export them in several languages, each with what every column is taken for.

use super::*;
use crate::files::table::{Cell, Row};

/// What each column of a header is taken for, by the preset named or the best one: the preset, what
/// the table lists, and each column with its use.
fn read_as(file: &str, header: &[String]) -> (&'static str, Mapping, Plan) {
    let (name, mapping) = best_preset(&[(file.to_owned(), header.to_vec())]);
    let plan = planned(&mapping, file, header);
    (name, mapping, plan)
}

fn planned(mapping: &Mapping, file: &str, header: &[String]) -> Plan {
    let table = mapping.recognise(file, header).unwrap_or_else(|| panic!("{file}: {header:?}"));
    let mut profile = Profile::default();
    let cells = header.iter().map(|_| Cell::Text("a word".to_owned())).collect();
    profile.observe(&Row { line: 2, cells });
    plan(mapping, table, header, &profile)
}

/// `Deal-ID=key;Branche=industry`: the header, and what it is to be read as.
fn golden(text: &str) -> (Vec<String>, Vec<String>) {
    let parts = text.split(';').map(|part| part.trim().split_once('=').expect(part));
    parts.map(|(header, used)| (header.to_owned(), used.to_owned())).unzip()
}

fn uses(plan: &Plan) -> Vec<String> {
    let code = |used: &ColumnUse| match used {
        ColumnUse::Field(field) => field.clone(),
        other => other.code(),
    };
    plan.uses().iter().map(code).collect()
}

const GERMAN: [(&str, &str, Object, &str); 15] = [
    (
        "export",
        "hubspot",
        Object::Opportunities,
        "Deal-ID=key;Dealname=name;Betrag=amount;Dealphase=stage;Erstellungsdatum=opened_on;\
         Abschlussdatum=closed_on;Zuständiger Mitarbeiter=owner;Unternehmen=account",
    ),
    (
        "export",
        "hubspot",
        Object::Leads,
        "Datensatz-ID=key;Vorname=first_name;Nachname=last_name;E-Mail=email;\
         Telefonnummer=phone;Unternehmensname=account;Lifecycle-Phase=status;\
         Erstellungsdatum=created_at;Kontaktzuständiger Mitarbeiter=owner;\
         Ursprüngliche Quelle=source",
    ),
    (
        "export",
        "hubspot",
        Object::Accounts,
        "Datensatz-ID=key;Unternehmensname=name;Branche=industry;Land/Region=country;\
         Anzahl der Mitarbeiter=employees;Jahresumsatz=revenue;\
         Zuständiger Mitarbeiter für Unternehmen=owner;Erstellungsdatum=created_at;\
         Lifecycle-Phase=own",
    ),
    (
        "report1",
        "salesforce",
        Object::Leads,
        "Lead-ID=key;Vorname=first_name;Nachname=last_name;Firma/Konto=account;E-Mail=email;\
         Lead-Status=status;Lead-Inhaber=owner;Erstelldatum=created_at;Lead-Quelle=source",
    ),
    (
        "Leads im Mai",
        "plain",
        Object::Leads,
        "Lead-ID=key;Vorname=first_name;Nachname=last_name;Firma/Konto=account;E-Mail=email;\
         Lead-Status=status;Lead-Inhaber=owner;Erstelldatum=created_at;Lead-Quelle=source",
    ),
    (
        "report1",
        "salesforce",
        Object::Opportunities,
        "Opportunity-ID=key;Opportunity-Name=name;Accountname=account;Phase=stage;Betrag=amount;\
         Schlusstermin=closed_on;Opportunity-Inhaber=owner;Erstelldatum=opened_on",
    ),
    (
        "report1",
        "salesforce",
        Object::Leads,
        "Kontakt-ID=key;Vorname=first_name;Nachname=last_name;Accountname=account;E-Mail=email;\
         Telefon=phone;Kontakt-Inhaber=owner;Erstelldatum=created_at",
    ),
    (
        "report1",
        "salesforce",
        Object::Accounts,
        "Account-ID=key;Accountname=name;Branche=industry;Rechnungsland=country;\
         Mitarbeiter=employees;Jahresumsatz=revenue;Account-Inhaber=owner;Erstelldatum=created_at",
    ),
    (
        "people",
        "pipedrive",
        Object::Leads,
        "Person - ID=key;Person - Name=name;Person - Besitzer=owner;\
         Person - E-Mail-Adresse - Arbeit=email;Person - Telefon - Arbeit=phone;\
         Person - Organisation=account;Person - Person erstellt=created_at",
    ),
    (
        "organisations",
        "pipedrive",
        Object::Accounts,
        "Organisation - ID=key;Organisation - Name=name;Organisation - Besitzer=owner;\
         Organisation - Organisation erstellt=created_at;Organisation - Branche=industry",
    ),
    (
        "leads",
        "pipedrive",
        Object::Leads,
        "Lead - ID=key;Lead - Titel=own;Lead - Kontaktperson=name;Lead - Organisation=account;\
         Lead - Besitzer=owner;Lead - Lead erstellt=created_at;Lead - Quelle=source",
    ),
    (
        "leads",
        "zoho",
        Object::Leads,
        "Datensatz-ID=key;Lead-Besitzer=owner;Firma=account;Vorname=first_name;\
         Nachname=last_name;E-Mail=email;Lead-Quelle=source;Lead-Status=status;\
         Erstellungszeit=created_at",
    ),
    (
        "deals",
        "zoho",
        Object::Opportunities,
        "Datensatz-ID=key;Deal-Besitzer=owner;Deal-Name=name;Firmenname=account;Phase=stage;\
         Betrag=amount;Abschlussdatum=closed_on;Erstellungszeit=opened_on",
    ),
    (
        "deals",
        "plain",
        Object::Opportunities,
        "Nr.=key;Verkaufschance=name;Firma=account;Phase=stage;Betrag=amount;\
         Erstellt am=opened_on;Abschlussdatum=closed_on;Inhaber=owner",
    ),
    (
        "vertrieb",
        "plain",
        Object::Opportunities,
        "Auftragsnr.=key;Kunde=account;Vertriebsphase=stage;Auftragswert=amount;\
         Abschluss erwartet=closed_on;Vertriebsmitarbeiter=owner",
    ),
];

#[test]
fn each_column_of_an_export_in_german_is_known() {
    for (file, preset, object, columns) in GERMAN {
        let (header, expected) = golden(columns);
        let (name, _, plan) = read_as(file, &header);
        assert_eq!((name, plan.object), (preset, object), "{columns}");
        assert_eq!(uses(&plan), expected, "{columns}");
    }
}

#[test]
fn a_folder_of_one_system_is_read_by_its_own_preset() {
    for wanted in ["hubspot", "salesforce", "pipedrive", "zoho"] {
        let of_it = GERMAN.into_iter().filter(|it| it.1 == wanted);
        let tables: Vec<_> = of_it.map(|it| (it.0.to_owned(), golden(it.3).0)).collect();
        assert_eq!(best_preset(&tables).0, wanted);
    }
}

/// A folder of files of several systems is read by one preset: the plain one knows the same words.
#[test]
fn what_one_system_calls_its_columns_in_german_the_plain_preset_knows_too() {
    let plain = preset("plain").unwrap();
    for (file, name, object, columns) in GERMAN.into_iter().filter(|it| it.1 != "pipedrive") {
        let (header, expected) = golden(columns);
        let plan = planned(&plain, file, &header);
        assert_eq!(plan.object, object, "{name}: {columns}");
        let found = uses(&plan);
        let known = |wanted: &str| wanted == "own" || found.iter().any(|used| used == wanted);
        // Owners of accounts are known where a system writes them.
        let missing: Vec<&String> =
            expected.iter().filter(|it| !known(it) && *it != "owner").collect();
        assert!(missing.is_empty(), "{missing:?} of {columns}");
    }
}

#[test]
fn lists_of_leads_and_deals_are_known_in_more_languages() {
    let cases = [
        (
            Object::Leads,
            "Id=key;Prénom=first_name;Nom=last_name;Adresse e-mail=email;Société=account;\
             Statut=status;Date de création=created_at;Propriétaire=owner;Source=source",
        ),
        (
            Object::Opportunities,
            "Id=key;Opportunité=name;Société=account;Étape=stage;Montant=amount;\
             Date de création=opened_on;Date de clôture=closed_on;Propriétaire=owner",
        ),
        (
            Object::Leads,
            "Id=key;Nombre=first_name;Apellidos=last_name;Correo electrónico=email;\
             Empresa=account;Fecha de creación=created_at;Propietario=owner;Origen=source",
        ),
        (
            Object::Opportunities,
            "Id=key;Oportunidad=name;Cuenta=account;Etapa=stage;Importe=amount;\
             Fecha de creación=opened_on;Fecha de cierre=closed_on;Propietario=owner",
        ),
        (
            Object::Leads,
            "Id=key;Nome=first_name;Cognome=last_name;E-mail=email;Azienda=account;\
             Data di creazione=created_at;Proprietario=owner;Fonte=source",
        ),
        (
            Object::Opportunities,
            "Id=key;Opportunità=name;Azienda=account;Fase=stage;Importo=amount;\
             Data di creazione=opened_on;Data di chiusura=closed_on;Proprietario=owner",
        ),
        (
            Object::Leads,
            "Id=key;Voornaam=first_name;Achternaam=last_name;E-mailadres=email;Bedrijf=account;\
             Status=status;Aangemaakt op=created_at;Eigenaar=owner;Bron=source",
        ),
        (
            Object::Opportunities,
            "Id=key;Verkoopkans=name;Bedrijf=account;Fase=stage;Bedrag=amount;\
             Aangemaakt op=opened_on;Sluitingsdatum=closed_on;Eigenaar=owner",
        ),
    ];
    for (object, columns) in cases {
        let (header, expected) = golden(columns);
        let (name, _, plan) = read_as("export", &header);
        assert_eq!((name, plan.object), ("plain", object), "{columns}");
        assert_eq!(uses(&plan), expected, "{columns}");
    }
}

#[test]
fn a_table_that_speaks_of_deals_is_no_list_of_companies() {
    let deals = [
        "Firma;Betrag;Abschlussdatum",
        "Unternehmen;Dealphase;Inhaber",
        "Company;Amount;Owner",
        "deal_id;account;amount;close_date",
        "Société;Montant;Date de clôture",
        "Verkaufschance;Firma;Inhaber",
    ];
    for names in deals {
        let header: Vec<String> = names.split(';').map(str::to_owned).collect();
        for (name, _) in PRESETS {
            let found = preset(name).unwrap();
            let found = found.recognise("export", &header).map(|table| table.object);
            assert!(matches!(found, None | Some(Object::Opportunities)), "{name}: {names}");
        }
        let guessed = guess(&header).map(|table| table.object);
        assert_eq!(guessed, Some(Object::Opportunities), "{names}");
    }
    let companies = ["Firma;Branche;Umsatz", "Company name;Industry;Annual Revenue"];
    for names in companies {
        let header: Vec<String> = names.split(';').map(str::to_owned).collect();
        assert_eq!(read_as("export", &header).2.object, Object::Accounts, "{names}");
    }
}

#[test]
fn quotas_are_known_by_who_when_and_how_much() {
    let by_column = [
        ("x", "rep=user;Zeitraum=period;Quote=amount"),
        ("x", "Verkäufer=user;Zeitraum=period;Ziel=amount"),
        ("x", "Mitarbeiter=user;Quartal=period;Vorgabe=amount;Währung=currency"),
        ("x", "user_id=user;quarter=period;quota=amount"),
        ("Quotas", "Sales Rep=user;Jan 2026=own;Feb 2026=own"),
        ("Quotas", "user_id=user;2026-Q1=own;2026-Q2=own"),
        ("Vertriebsziele", "Vertriebsmitarbeiter=user;Q1 2026=own;Q2 2026=own"),
        ("Quotas", "Rep=user;2026-Q1=own"),
    ];
    for (file, columns) in by_column {
        let (header, expected) = golden(columns);
        let (_, _, plan) = read_as(file, &header);
        assert_eq!(plan.object, Object::Quotas, "{columns}");
        assert_eq!(uses(&plan), expected, "{columns}");
        let named = header.iter().filter(|name| period::period_of(name).is_some()).count();
        assert_eq!(plan.periods.len(), named, "{columns}");
    }
    // What was sold looks the same: without a name that says so it is a guess.
    for names in ["Sales Rep,Jan 2026,Feb 2026", "Rep,2026-Q1", "user_id,2026-Q1,2026-Q2"] {
        let header = header(names);
        assert_eq!(best_preset(&[]).1.recognise("x", &header), None, "{names}");
        assert_eq!(guess(&header).map(|table| table.object), Some(Object::Quotas), "{names}");
    }
    // Prices that were offered, and a table that a year is only one of many columns of.
    for names in ["rep,month,quote", "Rep,Team size,2026"] {
        let found = best_preset(&[]).1;
        let found = found.recognise("goals", &header(names)).map(|table| table.object);
        assert_ne!(found, Some(Object::Quotas), "{names}");
    }
}

#[test]
fn a_list_without_a_key_says_what_follows_from_it() {
    let cases = [
        ("Firma,Phase,Betrag,Abschlussdatum", Some("opportunity")),
        ("Lead Status,First name,Last name,Company", Some("lead")),
        ("Nr.,Firma,Phase,Betrag,Abschlussdatum", None),
        ("lead_id,status,changed_at", None),
        ("Rep,Quarter,Quota", None),
    ];
    for (names, word) in cases {
        let (_, _, plan) = read_as("x", &header(names));
        let doubt = plan.doubt_about_key();
        assert_eq!(doubt.is_some(), word.is_some(), "{names}: {doubt:?}");
        if let (Some(doubt), Some(word)) = (doubt, word) {
            assert!(doubt.contains(&format!("a new {word}")), "{doubt}");
        }
    }
}
