using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace AfterSales.Video.Evidence.Timestamps;

/// <summary>Checks the reply of a time-stamping authority (RFC 3161 §2.4.2). Bytes never make it throw; nothing is fetched from anywhere.</summary>
public static class TimestampReply
{
    /// <summary>A reply with certificates is 2 to 8 KiB.</summary>
    public const int MaxLength = 64 * 1024;
    private const string TimeStampingPurpose = "1.3.6.1.5.5.7.3.8";
    private const string TstInfoOid = "1.2.840.113549.1.9.16.1.4";
    private const string Sha256Oid = "2.16.840.1.101.3.4.2.1";
    private const int Granted = 0;
    private const int GrantedWithMods = 1;

    public static TimestampCheck Check(ReadOnlyMemory<byte> reply, TimestampExpectation expectation)
    {
        ArgumentNullException.ThrowIfNull(expectation);
        if (reply.Length > MaxLength)
            return TimestampCheck.Refused(TimestampRefusal.Malformed, "longer than 64 KiB");
        try
        {
            return TryReadToken(reply, out var token, out var refusal) ? CheckToken(token, expectation) : refusal;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return TimestampCheck.Refused(TimestampRefusal.Malformed, e.Message);
        }
    }

    /// <summary>What a reply is about; says nothing about its worth. False when it is no reply with a SHA-256 imprint.</summary>
    public static bool TryReadImprint(ReadOnlyMemory<byte> reply, out byte[] sha256)
    {
        sha256 = [];
        try
        {
            if (reply.Length > MaxLength || !TryReadToken(reply, out var token, out _) || token.Info.HashAlgorithmId.Value != Sha256Oid)
                return false;
            sha256 = token.Info.GetMessageHash().ToArray();
            return sha256.Length == SHA256.HashSizeInBytes;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return false;
        }
    }

    /// <summary>TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken TimeStampToken OPTIONAL }, and nothing behind it.</summary>
    private static bool TryReadToken(ReadOnlyMemory<byte> reply, out Token token, out TimestampCheck refusal)
    {
        token = default;
        refusal = TimestampCheck.Refused(TimestampRefusal.Malformed, "not a time-stamp reply");
        var outer = new AsnReader(reply, AsnEncodingRules.DER);
        var response = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var status = response.ReadSequence();
        if (!status.TryReadInt32(out var code))
            return false;
        if (code is not (Granted or GrantedWithMods))
        {
            refusal = TimestampCheck.Refused(TimestampRefusal.NotGranted, $"the authority answered with status {code}");
            return false;
        }

        if (!response.HasData)
            return false;
        var encoded = response.ReadEncodedValue();
        response.ThrowIfNotEmpty();
        var cms = new SignedCms();
        cms.Decode(encoded.Span);
        if (cms.ContentInfo.ContentType.Value != TstInfoOid || !Rfc3161TimestampTokenInfo.TryDecode(cms.ContentInfo.Content, out var info, out var used)
            || used != cms.ContentInfo.Content.Length)
            return false;
        token = new Token(encoded, cms, info);
        return true;
    }

    private static TimestampCheck CheckToken(in Token token, TimestampExpectation expectation)
    {
        var content = token.Info;
        var genTime = content.Timestamp;
        if (content.HashAlgorithmId.Value != Sha256Oid || !content.GetMessageHash().Span.SequenceEqual(expectation.Sha256.Span))
            return TimestampCheck.Refused(TimestampRefusal.WrongImprint, "the token is about something else", genTime);
        if (expectation.Nonce is { } nonce && (content.GetNonce() is not { } given || !given.Span.SequenceEqual(nonce.Span)))
            return TimestampCheck.Refused(TimestampRefusal.WrongNonce, "the reply does not hold the question's nonce", genTime);
        if (expectation.Policy is { } policy && content.PolicyId.Value != policy)
            return TimestampCheck.Refused(TimestampRefusal.WrongPolicy, $"issued under policy {content.PolicyId.Value}, not {policy}", genTime);
        if (expectation.Expected is { } expected && (genTime - expected).Duration() > expectation.Tolerance)
            return TimestampCheck.Refused(TimestampRefusal.WrongTime, $"{genTime:u} is not within {expectation.Tolerance.TotalMinutes:0} minutes of {expected:u}", genTime);
        return CheckSigner(token, expectation, genTime);
    }

    private static TimestampCheck CheckSigner(in Token token, TimestampExpectation expectation, DateTimeOffset genTime)
    {
        var candidates = token.Cms.Certificates;
        try
        {
            if (token.Cms.SignerInfos is not { Count: 1 } signers || signers[0].Certificate is not { } signer)
                return TimestampCheck.Refused(TimestampRefusal.BadSignature, "the reply does not hold its signer's certificate", genTime);
            if (genTime < signer.NotBefore.ToUniversalTime() || genTime > signer.NotAfter.ToUniversalTime())
                return TimestampCheck.Refused(TimestampRefusal.Expired, $"the certificate of {signer.Subject} was not valid at {genTime:u}", genTime);
            if (!IsForTimeStampingOnly(signer))
                return TimestampCheck.Refused(TimestampRefusal.WrongKeyUsage, $"the certificate of {signer.Subject} is not for time-stamping only", genTime);
            // Decoding here checks ESSCertID (RFC 3161 §2.4.1), which binds the certificate to the token.
            if (!Rfc3161TimestampToken.TryDecode(token.Encoded, out var verified, out _)
                || !verified.VerifySignatureForHash(expectation.Sha256.Span, HashAlgorithmName.SHA256, out _, candidates))
                return TimestampCheck.Refused(TimestampRefusal.BadSignature, "the token's signature does not fit", genTime);
            return expectation.Roots is { } roots
                ? CheckChain(signer, candidates, roots, genTime)
                : new TimestampCheck(TimestampRefusal.None, genTime, Trusted: false, signer.Subject, "no roots were given to trust");
        }
        finally
        {
            foreach (var certificate in candidates)
                certificate.Dispose();
        }
    }

    private static bool IsForTimeStampingOnly(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToArray() is [{ Critical: true } usage]
        && usage.EnhancedKeyUsages is { Count: 1 } purposes && purposes[0].Value == TimeStampingPurpose;

    /// <summary>The chain as it stood at the token's time: a certificate that has expired since still proves.</summary>
    private static TimestampCheck CheckChain(X509Certificate2 signer, X509Certificate2Collection extra, TimestampRoots roots, DateTimeOffset genTime)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots.Certificates);
        chain.ChainPolicy.ExtraStore.AddRange(extra);
        chain.ChainPolicy.VerificationTime = genTime.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(TimeStampingPurpose));
        if (chain.Build(signer))
            return new TimestampCheck(TimestampRefusal.None, genTime, Trusted: true, signer.Subject, "");
        var statuses = chain.ChainStatus.Select(s => s.Status).ToArray();
        var detail = string.Join(", ", statuses);
        return statuses.All(s => s == X509ChainStatusFlags.NotTimeValid)
            ? TimestampCheck.Refused(TimestampRefusal.Expired, $"the chain of {signer.Subject} was not valid at {genTime:u}", genTime)
            : TimestampCheck.Refused(TimestampRefusal.Untrusted, $"{signer.Subject} does not lead to a trusted root ({detail})", genTime);
    }

    private readonly record struct Token(ReadOnlyMemory<byte> Encoded, SignedCms Cms, Rfc3161TimestampTokenInfo Info);
}
