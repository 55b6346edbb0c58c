import HTTPTypes
import Hummingbird
package import HummingbirdCore
import HummingbirdHTTP2
import NIOCore
import NIOSSL

extension HTTPServerBuilder {
    /// HTTP/1.1, with TLS also HTTP/2, within the limits on heads, bodies, reading and idling.
    package static func chatServer(
        tls: TLSConfig, limits: LimitsConfig, peers: Peers, metrics: Metrics, slowCounter: String
    ) throws -> HTTPServerBuilder {
        let peerLimits = PeerLimits(limits)
        let streams = HTTP1Channel.Configuration(
            additionalChannelHandlers: [PeerWatch(peerLimits, peers, metrics, slowCounter: slowCounter)],
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes, maxHeaderFieldCount: 128))
        guard tls.isOn else { return .http1(configuration: streams) }
        let certificates = try NIOSSLCertificate.fromPEMFile(tls.certificateFile).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(file: tls.keyFile, format: .pem)
        return try .http2Upgrade(
            tlsConfiguration: .makeServerConfiguration(certificateChain: certificates, privateKey: .privateKey(key)),
            configuration: .init(
                idleTimeout: .seconds(limits.idleSeconds), gracefulCloseTimeout: .seconds(limits.drainSeconds),
                streamConfiguration: streams))
    }
}
