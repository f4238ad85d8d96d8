//! The table of addresses, the ways to write them, and what each setting lets through.

use super::*;

fn refused(targets: &str, address: &str) -> bool {
    let targets: PrivateTargets = targets.parse().expect(targets);
    targets.refusal(address.parse().expect(address)).is_some()
}

#[test]
fn nothing_but_the_public_internet_is_reached_unless_allowed() {
    for address in [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.1.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.1.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "168.63.129.16",
        "100.100.100.200",
        "::",
        "::1",
        "::2",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::10.0.0.1",
        "64:ff9b::169.254.169.254",
        "64:ff9b:1::10.0.0.1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "3fff::1",
        "4000::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(refused("false", address), "{address}");
    }
}

#[test]
fn the_public_internet_is_reached_also_by_way_of_nat64() {
    for address in [
        "1.1.1.1",
        "8.8.8.8",
        "100.63.255.255",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "198.17.0.1",
        "223.255.255.255",
        "2606:4700::1111",
        "2a00:1450::1",
        "2001:4860:4860::8888",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ] {
        assert!(!refused("false", address), "{address}");
    }
}

#[test]
fn named_networks_are_reached_and_no_others() {
    let targets = "10.1.0.0/16, 127.0.0.1, fd12::/16";
    for address in ["10.1.2.3", "127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::10.1.2.3", "fd12::1", "8.8.8.8"] {
        assert!(!refused(targets, address), "{address}");
    }
    for address in ["10.2.0.1", "127.0.0.2", "169.254.169.254", "fd13::1", "::1"] {
        assert!(refused(targets, address), "{address}");
    }
}

#[test]
fn where_clouds_hand_out_credentials_must_be_named() {
    for address in
        ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "168.63.129.16"]
    {
        assert!(refused("true", address), "{address}");
    }
    assert!(!refused("169.254.169.254", "169.254.169.254"));
    assert!(!refused("true", "127.0.0.1") && !refused("true", "10.0.0.1") && !refused("true", "::1"));
}

#[test]
fn an_address_in_numbers_is_caught_however_it_is_written() {
    let guard = Guard::new(PrivateTargets::Refused);
    for url in [
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://127.1/",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:7f00:1]/",
        "http://[0:0::ffff:10.0.0.1]:8080/",
        "https://user:pass@169.254.169.254/latest",
        "http://①②⑦.0.0.1/",
    ] {
        let refusal = guard.check_literal(&url.parse().expect(url)).expect_err(url);
        assert!(matches!(refusal, DeliveryError::Permanent { .. }), "{url}: {refusal:?}");
    }
    for url in ["http://8.8.8.8/", "https://[2606:4700::1111]/", "https://hooks.example.org/127.0.0.1"] {
        assert_eq!(guard.check_literal(&url.parse().expect(url)), Ok(()), "{url}");
    }
}

#[test]
fn of_the_addresses_of_a_name_only_allowed_ones_are_tried() {
    let guard = Guard::new(PrivateTargets::Refused);
    let sift =
        |addresses: &[&str]| guard.sift(addresses.iter().map(|ip| SocketAddr::new(ip.parse().expect(ip), 0)));
    let mixed = sift(&["10.0.0.1", "8.8.8.8", "::1"]).expect("one is left");
    assert_eq!(mixed, ["8.8.8.8:0".parse().expect("an address")]);
    let refusal = sift(&["127.0.0.1"]).expect_err("none is left");
    assert_eq!(refusal.to_string(), "a loopback address, which is not allowed");
    assert_eq!(sift(&[]), Ok(Vec::new()));
}

#[test]
fn the_setting_is_read_and_shown_and_what_it_cannot_mean_is_quoted() {
    for (text, shown) in [
        ("true", "true"),
        (" FALSE ", "false"),
        ("", "false"),
        ("10.0.0.0/8,::ffff:192.168.1.5", "10.0.0.0/8,192.168.1.5/32"),
    ] {
        assert_eq!(text.parse::<PrivateTargets>().expect(text).to_string(), shown);
    }
    let problem = "10.0.0.0/8, home".parse::<PrivateTargets>().expect_err("refused").to_string();
    assert_eq!(problem, "'home' is neither true, false nor a network such as 10.0.0.0/8 or an address");
    assert!("10.0.0.0/8,".parse::<PrivateTargets>().is_err());
}
