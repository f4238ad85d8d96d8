//! Where the next page of a product's list is: each says it in its own way.

use serde_json::Value;

/// By its number, as Cronitor has it: until a page is not full, or all were read.
pub(super) fn by_number(page: &Value, _: Option<String>, read: usize) -> Option<String> {
    let here = page["monitors"].as_array().map_or(0, Vec::len);
    let figure = |names: [&str; 2]| {
        let places = names.map(|name| page[name].as_u64().or_else(|| page["page_info"][name].as_u64()));
        places.into_iter().flatten().next()
    };
    let size = figure(["page_size", "pageSize"])?.max(1);
    let total = figure(["total_monitor_count", "totalMonitorCount"])?;
    let goes_on = here > 0 && (read as u64).saturating_mul(size) < total;
    goes_on.then(|| format!("page={}", read + 1))
}

/// By its address, as Better Stack has it. Only its query is taken: the rest may name a host that is not to have the key.
pub(super) fn by_address(page: &Value, _: Option<String>, _: usize) -> Option<String> {
    let (_, query) = page["pagination"]["next"].as_str()?.split_once('?')?;
    Some(query.to_owned())
}

/// By a link, as Sentry has it: it is there on the last page too, and leads to an empty one.
pub(super) fn by_link(page: &Value, link: Option<String>, _: usize) -> Option<String> {
    link.filter(|_| page.as_array().is_some_and(|page| !page.is_empty()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_by_number_goes_on_while_it_is_not_all_read() {
        let page =
            |here: usize| json!({ "monitors": vec![1; here], "page_size": 2, "total_monitor_count": 3 });
        assert_eq!(by_number(&page(2), None, 1).as_deref(), Some("page=2"));
        assert_eq!(by_number(&page(1), None, 2), None);
        assert_eq!(by_number(&page(0), None, 1), None, "an empty page ends it whatever the total says");
        let newer = json!({ "monitors": [1], "page_info": { "pageSize": 1, "totalMonitorCount": 2 } });
        assert_eq!(by_number(&newer, None, 1).as_deref(), Some("page=2"));
        assert_eq!(by_number(&json!({ "monitors": [1] }), None, 1), None);
    }

    #[test]
    fn of_an_address_only_the_query_is_taken() {
        let page = json!({ "pagination": { "next": "https://elsewhere.example/x?page=2&per_page=50" } });
        assert_eq!(by_address(&page, None, 1).as_deref(), Some("page=2&per_page=50"));
        assert_eq!(by_address(&json!({ "pagination": { "next": null } }), None, 1), None);
    }

    #[test]
    fn a_link_is_followed_until_a_page_is_empty() {
        let link = || Some("cursor=2".to_owned());
        assert_eq!(by_link(&json!([1]), link(), 1).as_deref(), Some("cursor=2"));
        assert_eq!(by_link(&json!([]), link(), 2), None);
    }
}
