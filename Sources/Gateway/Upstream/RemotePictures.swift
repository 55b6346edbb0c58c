import AsyncHTTPClient
import ChatServers
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Fetches pictures from hosts that are allowed: https only, the name resolved once, every address of it looked at, and
/// the connection made to the address that was looked at. Redirects are refused, and there is an end to bytes and time.
struct RemotePictures: Sendable {
    let config: PicturesConfig
    /// The addresses of a host name; a test gives its own.
    let resolve: @Sendable (String) async throws -> [SocketAddress]

    init(
        _ config: PicturesConfig,
        resolve: @escaping @Sendable (String) async throws -> [SocketAddress] = Self.systemResolve
    ) {
        self.config = config
        self.resolve = resolve
    }

    func bytes(at url: String, _ param: String) async throws -> [UInt8] {
        let host = try allowedHost(of: url, param)
        let address = try await checkedAddress(of: host, param)
        return try await fetch(url, host, address, param)
    }

    /// The host of an address that may be fetched. Everything unusual is refused: other schemes, ports, user names.
    func allowedHost(of url: String, _ param: String) throws(WireError) -> String {
        guard url.utf8.count <= 2048, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: url), parts.scheme == "https", parts.user == nil, parts.password == nil,
            parts.port == nil || parts.port == 443, let host = parts.host?.lowercased()
        else { throw refused("a remote picture must have a plain https address", param) }
        guard config.allowedHosts.contains(where: { $0.lowercased() == host }) else {
            throw refused("pictures from this host are not fetched", param)
        }
        return host
    }

    private func checkedAddress(of host: String, _ param: String) async throws -> String {
        guard let addresses = try? await resolve(host), !addresses.isEmpty else {
            throw refused("the picture's host is not known", param)
        }
        // note: one forbidden address among them refuses the name: it could be the next one that is dialled
        guard addresses.allSatisfy({ PublicAddress.isPublic($0) }), let ip = addresses.first?.ipAddress else {
            throw refused("the picture's host has an address that is not public", param)
        }
        return ip
    }

    private func fetch(_ url: String, _ host: String, _ address: String, _ param: String) async throws -> [UInt8] {
        let limit = TimeAmount.nanoseconds(Int64(config.fetchSeconds * 1e9))
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: limit, read: limit))
        configuration.decompression = .disabled
        configuration.proxy = nil
        configuration.httpVersion = .http1Only
        // note: the certificate is still checked against the host's name
        configuration.dnsOverride = [host: address]
        let client = HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        let result: Result<[UInt8], any Error>
        do { result = .success(try await read(client, url, limit, param)) } catch { result = .failure(error) }
        try? await client.shutdown()
        return try result.get()
    }

    private func read(_ client: HTTPClient, _ url: String, _ limit: TimeAmount, _ param: String) async throws -> [UInt8]
    {
        do {
            let response = try await client.execute(HTTPClientRequest(url: url), deadline: .now() + limit)
            guard response.status == .ok else {
                throw refused("the picture's host answered with HTTP \(response.status.code)", param)
            }
            var bytes: [UInt8] = []
            for try await buffer in response.body {
                bytes += buffer.readableBytesView
                guard bytes.count <= config.maximumBytes else {
                    throw WireError.tooLarge("a picture has more than the \(config.maximumBytes) bytes allowed")
                }
            }
            return bytes
        } catch let error as WireError { throw error } catch {
            throw refused("the picture could not be fetched", param)
        }
    }

    private func refused(_ message: String, _ param: String) -> WireError {
        .badRequest(message, param: param, code: "remote_picture_refused")
    }

    @Sendable static func systemResolve(_ host: String) async throws -> [SocketAddress] {
        try await NIOThreadPool.singleton.runIfActive {
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, "443", nil, &list) == 0 else { return [] }
            defer { freeaddrinfo(list) }
            var addresses: [SocketAddress] = []
            var next = list
            while let entry = next {
                if let address = SocketAddress(resolved: entry.pointee) { addresses.append(address) }
                next = entry.pointee.ai_next
            }
            return addresses
        }
    }
}

extension SocketAddress {
    fileprivate init?(resolved entry: addrinfo) {
        guard let address = entry.ai_addr else { return nil }
        switch entry.ai_family {
        case AF_INET: self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { SocketAddress($0.pointee) }
        case AF_INET6:
            self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { SocketAddress($0.pointee) }
        default: return nil
        }
    }
}

/// Which addresses belong to the open network: not this machine, not the local one, not the ones with a special meaning
/// (IANA's special-purpose registries), and no IPv6 form that hides an IPv4 address of those.
enum PublicAddress {
    static func isPublic(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4(let v4):
            return withUnsafeBytes(of: v4.address.sin_addr.s_addr) { isPublic(v4: Array($0)) }
        case .v6(let v6):
            return withUnsafeBytes(of: v6.address.sin6_addr) { isPublic(v6: Array($0)) }
        case .unixDomainSocket: return false
        }
    }

    private static func isPublic(v4 bytes: [UInt8]) -> Bool {
        guard bytes.count == 4 else { return false }
        switch (bytes[0], bytes[1], bytes[2]) {
        case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
        case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _), (198, 18...19, _): return false
        case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 51, 100), (203, 0, 113): return false
        default: return true
        }
    }

    private static func isPublic(v6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return false }
        // note: only 2000::/3 is given out; mapped, translated and tunnelled IPv4 addresses lie outside or are named below
        guard bytes[0] & 0xE0 == 0x20 else { return false }
        let isTeredoOrSpecial = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 0x02
        let isDocumentation =
            bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0x0D && bytes[3] == 0xB8
            || bytes[0] == 0x3F && bytes[1] == 0xFF
        let isSixToFour = bytes[0] == 0x20 && bytes[1] == 0x02
        return !isTeredoOrSpecial && !isDocumentation && !isSixToFour
    }
}
