//! A figure opens to rows that add up to it.

use crate::{firm, house::House};

#[tokio::test(flavor = "multi_thread")]
async fn a_figure_opens_to_the_rows_that_add_up_to_it() {
    let world = firm::busy().await;
    let Some(house) = House::open(&world).await else { return };
    house.enters(&world, "mara").await;
    house.visits("/scoreboard").await;
    let figure = house.texts("td a[href*='figure=level.answer']").await.remove(0);
    let numbers: Vec<u64> = figure.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    assert!(numbers.len() >= 2, "{figure}");
    house.clicks("td a[href*='figure=level.answer']").await;
    house.one("tfoot").await;
    let brings = house.texts("tbody td.n").await;
    let sum: u64 = brings.iter().filter_map(|value| value.parse::<u64>().ok()).sum();
    assert_eq!((sum, brings.len() as u64), (numbers[0], numbers[1]), "{figure}");
    assert_eq!(house.texts("tfoot td").await, [sum.to_string()]);
    house.clicks("tbody th a").await;
    house.one("#because").await;
}
