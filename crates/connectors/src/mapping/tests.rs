use super::*;

mod exports;

fn header(names: &str) -> Vec<String> {
    names.split(',').map(str::to_owned).collect()
}

#[test]
fn our_presets_read() {
    for (name, _) in PRESETS {
        let preset = preset(name).unwrap();
        assert!(!preset.tables.is_empty(), "{name}");
    }
}

#[test]
fn a_table_is_known_by_its_columns() {
    let plain = preset("plain").unwrap();
    let cases = [
        ("accounts", "account,sector,year_established,revenue,employees", Some(Object::Accounts)),
        ("products", "product,series,sales_price", Some(Object::Products)),
        ("sales_teams", "sales_agent,manager,regional_office", Some(Object::Users)),
        (
            "sales_pipeline",
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value",
            Some(Object::Opportunities),
        ),
        ("data_dictionary", "Table,Field,Description", None),
        ("mqls", "mql_id,first_contact_date,landing_page_id,origin", Some(Object::Leads)),
        (
            "closed",
            "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment",
            Some(Object::Opportunities),
        ),
        (
            "handoffs",
            "Lead ID,Handed over at,Rep,Decision,Decided at,Reason",
            Some(Object::Handoffs),
        ),
        ("history", "lead_id,status,changed_at", Some(Object::StatusHistory)),
        ("stages", "opportunity_id,stage,entered_at", Some(Object::StageHistory)),
        ("touches", "contact_id,kind,happened_at,channel", Some(Object::Activities)),
        (
            "x",
            "Call Start,Direction,Agent,Duration,Outcome,Contact Email",
            Some(Object::Activities),
        ),
        ("sales_calls", "Date,Rep,Contact,Outcome,Duration (min)", Some(Object::Activities)),
        ("cold call list", "Name,Email,Phone,Date added,Status", Some(Object::Leads)),
        ("x", "Opportunity Name,From Stage,To Stage,Date,Amount", Some(Object::StageHistory)),
        ("x", "Deal Name,Stage,Entered at", Some(Object::StageHistory)),
        ("x", "Deal Name,Stage,Close date,Amount", Some(Object::Opportunities)),
        ("quotas", "sales_agent,quarter,quota", Some(Object::Quotas)),
        ("Quotas 2026", "Rep,Q1 2026,Q2 2026,Q3 2026 (EUR)", Some(Object::Quotas)),
        ("targets", "Owner,Jan 2026,Feb 2026", Some(Object::Quotas)),
        ("revenue by rep", "Rep,Q1 2026,Q2 2026", None),
        (
            "deals",
            "ID,Name,Account Name,Sales Stage,Likely,Expected Close Date,Assigned User Name",
            Some(Object::Opportunities),
        ),
        (
            "crm",
            "External ID,Opportunity,Company Name,Salesperson,Stage,Expected Revenue",
            Some(Object::Opportunities),
        ),
        ("vertrieb", "Opportunity,Kunde,Phase,Betrag,Verkäufer", Some(Object::Opportunities)),
        ("subscribed", "Email Address,First Name,OPTIN_TIME,LAST_CHANGED", Some(Object::Leads)),
        ("web", "lead_id,event_date,event_name,source / medium", Some(Object::Activities)),
        ("calls", "id,leadId,activityDate,activityType,campaignId", Some(Object::Activities)),
    ];
    for (file, names, expected) in cases {
        let found = plain.recognise(file, &header(names)).map(|table| table.object);
        assert_eq!(found, expected, "{file}: {names}");
    }
}

#[test]
fn names_of_people_are_known_as_such_in_more_languages_than_one() {
    let plain = preset("plain").unwrap();
    let cases = [
        "Lead-ID,Vorname,Nachname,E-Mail,Firma,Telefon,Erstellt am",
        "Lead ID,Prénom,Nom,E-mail,Entreprise,Téléphone,Date de création",
    ];
    for names in cases {
        let table = plain.recognise("file", &header(names)).expect(names);
        assert_eq!(table.object, Object::Leads, "{names}");
        let known = |field: &str, column: &str| {
            table.columns.get(field).is_some_and(|all| {
                all.each().iter().any(|known| plain_name(known) == plain_name(column))
            })
        };
        let columns: Vec<&str> = names.split(',').skip(1).collect();
        let fields = ["first_name", "last_name", "email", "account", "phone", "created_at"];
        for (field, column) in fields.iter().zip(columns) {
            assert!(known(field, column), "{field} of {column}");
        }
    }
}

#[test]
fn an_export_is_known_by_one_preset_before_all_others() {
    let cases = [
        (
            "zoho",
            "Record Id,Lead Owner,Company,First Name,Last Name,Email,Lead Source,Lead Status,Created Time",
            Object::Leads,
        ),
        (
            "zoho",
            "Record Id,Deal Owner,Deal Name,Account Name,Stage,Amount,Closing Date,Created Time",
            Object::Opportunities,
        ),
        ("zoho", "Record Id,Account Owner,Account Name,Industry,Created Time", Object::Accounts),
        (
            "pipedrive",
            "Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Owner",
            Object::Opportunities,
        ),
        (
            "pipedrive",
            "Person - ID,Person - Name,Person - Email - Work,Person - Owner",
            Object::Leads,
        ),
        (
            "pipedrive",
            "Organization - ID,Organization - Name,Organization - Owner",
            Object::Accounts,
        ),
        ("mautic", "id,firstname,lastname,email,points,stage,dateAdded,lastActive", Object::Leads),
        (
            "hubspot",
            "Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date",
            Object::Leads,
        ),
        (
            "hubspot",
            "Record ID,Deal Name,Deal Stage,Amount,Close Date,Create Date",
            Object::Opportunities,
        ),
        (
            "salesforce",
            "Id,LastName,FirstName,Company,Email,Status,LeadSource,CreatedDate",
            Object::Leads,
        ),
        (
            "plain",
            "opportunity_id,sales_agent,product,account,deal_stage,engage_date",
            Object::Opportunities,
        ),
    ];
    for (wanted, names, object) in cases {
        let (name, mapping) = best_preset(&[("Lead".to_owned(), header(names))]);
        let table = mapping.recognise("Lead", &header(names));
        let found = table.map(|table| table.object);
        assert_eq!((name, found), (wanted, Some(object)), "{names}");
    }
}

#[test]
fn an_export_in_german_is_read_as_the_same_in_english() {
    let cases = [
        (
            "Datensatz-ID,Dealname,Dealphase,Betrag,Abschlussdatum,Zuständiger Mitarbeiter,\
             Erstelldatum,Letzte Änderung",
            Object::Opportunities,
            "amount,closed_on,modified_at,name,opened_on,owner,stage",
        ),
        (
            "Datensatz-ID,Vorname,Nachname,E-Mail,Lifecycle-Phase,Lead-Status,\
             Zuständiger Mitarbeiter,Unternehmensname,Erstelldatum,Letzte Änderung",
            Object::Leads,
            "account,created_at,email,first_name,last_name,lead_status,modified_at,owner,status",
        ),
        (
            "Datensatz-ID,Unternehmensname,Zuständiger Mitarbeiter,Erstelldatum",
            Object::Accounts,
            "created_at,name,owner",
        ),
    ];
    for (names, object, fields) in cases {
        let header = header(names);
        let (name, mapping) = best_preset(&[("all".to_owned(), header.clone())]);
        let table = mapping.recognise("all", &header).unwrap();
        assert_eq!((name, table.object), ("hubspot", object), "{names}");
        let plan = plan(&mapping, table, &header, &Profile::default());
        assert_eq!(plan.key.map(|key| header[key].as_str()), Some("Datensatz-ID"));
        let mut found: Vec<&str> = plan.fields.iter().map(|field| field.field.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found.join(","), fields, "{names}");
    }
}

#[test]
fn header_names_become_field_names() {
    let cases = [
        ("Deal Stage", "deal_stage"),
        ("NumberOfEmployees", "number_of_employees"),
        ("Gender__c", "gender_c"),
        ("  IP-Address ", "ip_address"),
        ("Umsatz (€)", "umsatz"),
    ];
    for (header, expected) in cases {
        assert_eq!(field_name(header), expected);
    }
}

#[test]
fn a_mistake_in_a_mapping_names_its_place() {
    let error = read("source = \"x\"\n[[table]]\nobject = \"deals\"\n").unwrap_err();
    assert!(error.contains("line 3") && error.contains("opportunities"), "{error}");
    let error = read("source = \"x\"\nsorce = 1\n").unwrap_err();
    assert!(error.contains("sorce"), "{error}");
}
