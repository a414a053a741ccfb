import Glibc
import Testing

@testable import Stage

struct NetworkAddressTests {
    @Test(arguments: [
        ("8.8.8.8", NetworkAddress.Kind.public), ("93.184.216.34", .public),
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified),
        ("127.0.0.1", .loopback), ("127.255.255.254", .loopback),
        ("10.0.0.1", .private), ("172.15.255.255", .public), ("172.16.0.1", .private),
        ("172.31.255.255", .private), ("172.32.0.0", .public), ("192.168.255.1", .private),
        ("100.63.255.255", .public), ("100.64.0.1", .shared), ("100.127.255.255", .shared),
        ("100.128.0.0", .public), ("169.254.169.254", .linkLocal), ("192.0.0.192", .reserved),
        ("192.0.2.1", .reserved), ("198.18.0.1", .reserved), ("198.19.255.255", .reserved),
        ("198.51.100.7", .reserved), ("203.0.113.7", .reserved), ("192.88.99.1", .reserved),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("240.0.0.1", .reserved),
        ("255.255.255.255", .reserved),
    ])
    func `an address of IPv4 is of the kind of its block`(
        text: String, kind: NetworkAddress.Kind
    ) throws {
        #expect(try #require(NetworkAddress(text)).kind == kind)
    }

    @Test(arguments: [
        ("2606:4700::1111", NetworkAddress.Kind.public), ("2a00::1", .public),
        ("::", .unspecified), ("::1", .loopback), ("::2", .unspecified),
        ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("fec0::1", .private),
        ("fc00::1", .private), ("fdff::1", .private), ("ff02::1", .multicast),
        ("2001:db8::1", .reserved), ("2001:0:1::1", .reserved), ("2001:4860::8888", .public),
        ("3fff::1", .reserved), ("100::1", .reserved), ("4000::1", .reserved),
        ("64:ff9b:1::1", .reserved), ("::ffff:0:127.0.0.1", .reserved),
        // Those that stand for one of IPv4.
        ("::ffff:127.0.0.1", .loopback), ("::ffff:10.1.2.3", .private),
        ("::ffff:169.254.169.254", .linkLocal), ("::ffff:8.8.8.8", .public),
        ("::127.0.0.1", .loopback), ("::10.1.2.3", .private),
        ("64:ff9b::127.0.0.1", .loopback), ("64:ff9b::192.168.0.1", .private),
        ("64:ff9b::8.8.8.8", .public), ("2002:7f00:1::", .loopback),
        ("2002:a01:203::1", .private), ("2002:808:808::1", .public),
    ])
    func `an address of IPv6 is of the kind of its block, or of what is in it`(
        text: String, kind: NetworkAddress.Kind
    ) throws {
        #expect(try #require(NetworkAddress(text)).kind == kind)
    }

    @Test(arguments: ["", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4.5", "[::1]", "fe80::1%lo"])
    func `what is no address by itself is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: ["127.0.0.1", "10.1.2.3", "::1", "2001:db8::5"])
    func `a socket's address is that of the text`(text: String) throws {
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        let address =
            if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
                withUnsafeBytes(of: v4) { NetworkAddress(socketAddress: $0) }
            } else if inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 {
                withUnsafeBytes(of: v6) { NetworkAddress(socketAddress: $0) }
            } else {
                NetworkAddress?.none
            }
        #expect(try #require(address).description == text)
    }

    @Test func `a socket's address of another family, or a short one, is none`() {
        for bytes: [UInt8] in [[], [2], [2, 0, 0, 0], [10, 0] + .init(repeating: 0, count: 12)] {
            #expect(bytes.withUnsafeBytes { NetworkAddress(socketAddress: $0) } == nil)
        }
        let local = sockaddr_un(sun_family: sa_family_t(AF_UNIX), sun_path: sockaddr_un().sun_path)
        #expect(withUnsafeBytes(of: local) { NetworkAddress(socketAddress: $0) } == nil)
    }

    @Test func `a network has the addresses that begin as it does`() throws {
        let address = try #require(NetworkAddress("10.1.129.3"))
        let network = try #require(NetworkAddress("10.1.128.0"))
        for (bits, isIn) in [
            (0, true), (16, true), (23, true), (24, false), (33, false), (-1, false),
        ] {
            #expect(address.isIn(network, bits: bits) == isIn, "\(bits)")
        }
        #expect(!address.isIn(try #require(NetworkAddress("::")), bits: 0))
    }

    @Test func `each reach takes its own addresses alone`() throws {
        let addresses = try ["8.8.8.8", "127.0.0.1", "10.0.0.1", "::1", "2a00::1", "fe80::1"].map {
            try #require(NetworkAddress($0))
        }
        let allowed = { (reach: Reach) in addresses.filter(reach.allows).map(\.description) }
        #expect(allowed(.publicAlone) == ["8.8.8.8", "2a00::1"])
        #expect(allowed(.loopbackAlone) == ["127.0.0.1", "::1"])
        #expect(allowed(.anywhere).count == addresses.count)
    }
}
