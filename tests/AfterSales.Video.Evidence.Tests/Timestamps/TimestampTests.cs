using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using AfterSales.Video.Evidence.Timestamps;
using AfterSales.Video.TestKit.Evidence;

namespace AfterSales.Video.Evidence.Tests.Timestamps;

/// <summary>Replies of a local authority made with `openssl ts`, and replies that are wrong in one way each.</summary>
public sealed class TimestampTests(TimestampTests.Authorities authorities) : IClassFixture<TimestampTests.Authorities>
{
    private static readonly byte[] Imprint = SHA256.HashData("what was signed"u8);
    private readonly TimestampQuery _query = TimestampQuery.Create(Imprint);

    [Fact]
    public void A_reply_to_our_question_from_a_trusted_authority_is_good()
    {
        var check = Check(authorities.Good.Reply(_query.Encoded.Span));
        Assert.Equal(TimestampRefusal.None, check.Refusal);
        Assert.True(check.Trusted);
        Assert.Contains("Test TSA", check.Authority, StringComparison.Ordinal);
        Assert.True((check.GenTime!.Value - TimeProvider.System.GetUtcNow()).Duration() < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Openssl_accepts_the_reply_we_store()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-ts-").FullName;
        File.WriteAllBytes(Path.Combine(folder, "data"), "what was signed"u8.ToArray());
        File.WriteAllBytes(Path.Combine(folder, "reply.tsr"), authorities.Good.Reply(_query.Encoded.Span));
        var (exit, output) = OpenSslTool.Run(
            folder, "ts", "-verify", "-data", "data", "-in", "reply.tsr", "-CAfile", authorities.Good.RootPath, "-untrusted", authorities.Good.SignerPath);
        Directory.Delete(folder, recursive: true);
        Assert.True(exit == 0, output);
        Assert.Contains("Verification: OK", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_roots_a_reply_is_good_but_not_trusted()
    {
        var check = TimestampReply.Check(authorities.Good.Reply(_query.Encoded.Span), new TimestampExpectation(Imprint, _query.Nonce));
        Assert.True(check.IsGood);
        Assert.False(check.Trusted);
    }

    [Fact]
    public void The_answer_to_another_question_is_refused() =>
        Assert.Equal(TimestampRefusal.WrongNonce, Check(authorities.Good.Reply(TimestampQuery.Create(Imprint).Encoded.Span)).Refusal);

    [Fact]
    public void A_reply_about_something_else_is_refused()
    {
        var other = TimestampQuery.Create(SHA256.HashData("something else"u8));
        Assert.Equal(TimestampRefusal.WrongImprint, Check(authorities.Good.Reply(other.Encoded.Span)).Refusal);
    }

    [Fact]
    public void A_reply_with_another_digest_algorithm_is_refused()
    {
        var sha384 = Rfc3161TimestampRequest.CreateFromData("what was signed"u8, HashAlgorithmName.SHA384, nonce: _query.Nonce, requestSignerCertificates: true);
        var check = Check(authorities.Good.Reply(sha384.Encode()));
        Assert.Equal(TimestampRefusal.NotGranted, check.Refusal);
    }

    [Fact]
    public void A_certificate_for_another_purpose_is_refused()
    {
        var reply = Resign(authorities.Good.Reply(_query.Encoded.Span), authorities.Good.WrongPurpose);
        Assert.Equal(TimestampRefusal.WrongKeyUsage, Check(reply).Refusal);
    }

    [Fact]
    public void A_token_that_does_not_bind_its_certificate_is_refused()
    {
        // RFC 3161 §2.4.1: the ESSCertID attribute must name the signer.
        var reply = Resign(authorities.Good.Reply(_query.Encoded.Span), authorities.Good.Signer);
        Assert.False(Check(reply).IsGood);
    }

    [Fact]
    public void An_authority_nobody_trusts_is_refused() =>
        Assert.Equal(TimestampRefusal.Untrusted, Check(authorities.Stranger.Reply(_query.Encoded.Span)).Refusal);

    [Fact]
    public void A_certificate_that_had_expired_is_refused()
    {
        Assert.True(TimestampRoots.TryParse(authorities.Expired.RootPem, out var roots, out var problem), problem);
        var check = TimestampReply.Check(authorities.Expired.Reply(_query.Encoded.Span), new TimestampExpectation(Imprint, _query.Nonce, roots));
        Assert.Equal(TimestampRefusal.Expired, check.Refusal);
    }

    [Fact]
    public void A_time_far_from_ours_is_refused()
    {
        var expectation = Expectation() with { Expected = TimeProvider.System.GetUtcNow().AddMinutes(-6) };
        Assert.Equal(TimestampRefusal.WrongTime, TimestampReply.Check(authorities.Good.Reply(_query.Encoded.Span), expectation).Refusal);
    }

    [Fact]
    public void Another_policy_than_the_demanded_one_is_refused()
    {
        var reply = authorities.Good.Reply(_query.Encoded.Span);
        Assert.Equal(TimestampRefusal.WrongPolicy, TimestampReply.Check(reply, Expectation() with { Policy = "1.2.3.4.2" }).Refusal);
        Assert.True(TimestampReply.Check(reply, Expectation() with { Policy = "1.2.3.4.1" }).IsGood);
    }

    [Fact]
    public void Garbage_and_cut_replies_are_refused()
    {
        var reply = authorities.Good.Reply(_query.Encoded.Span);
        for (var length = 0; length < reply.Length; length += 7)
            Assert.False(Check(reply[..length]).IsGood);
        Assert.False(Check([.. reply, 0]).IsGood);
        Assert.False(Check(RandomNumberGenerator.GetBytes(2000)).IsGood);
        Assert.False(Check(new byte[100_000]).IsGood);
    }

    [Fact]
    public void A_changed_byte_of_the_signed_part_is_refused()
    {
        var reply = authorities.Good.Reply(_query.Encoded.Span);
        var info = TstInfoOf(reply);
        var at = reply.AsSpan().IndexOf(info);
        for (var i = 0; i < info.Length; i++)
        {
            reply[at + i] ^= 1;
            Assert.False(Check(reply).IsGood, $"byte {i}");
            reply[at + i] ^= 1;
        }
    }

    private TimestampExpectation Expectation() => new(Imprint, _query.Nonce, authorities.Roots, TimeProvider.System.GetUtcNow(), null);

    private TimestampCheck Check(byte[] reply) => TimestampReply.Check(reply, Expectation());

    private static byte[] TokenOf(byte[] reply)
    {
        var response = new AsnReader(reply, AsnEncodingRules.DER).ReadSequence();
        response.ReadSequence();
        return response.ReadEncodedValue().ToArray();
    }

    private static byte[] TstInfoOf(byte[] reply)
    {
        var cms = new SignedCms();
        cms.Decode(TokenOf(reply));
        return cms.ContentInfo.Content;
    }

    /// <summary>The same statement signed with another certificate, as no honest authority would.</summary>
    private static byte[] Resign(byte[] reply, X509Certificate2 certificate)
    {
        var cms = new SignedCms(new ContentInfo(new Oid("1.2.840.113549.1.9.16.1.4"), TstInfoOf(reply)));
        cms.ComputeSignature(new CmsSigner(certificate) { DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly });
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
                writer.WriteInteger(0);
            writer.WriteEncodedValue(cms.Encode());
        }

        return writer.Encode();
    }

    public sealed class Authorities : IDisposable
    {
        public Authorities() => Roots = TimestampRoots.TryParse(Good.RootPem, out var roots, out var problem) ? roots : throw new InvalidOperationException(problem);

        public LocalTsa Good { get; } = new();
        public LocalTsa Stranger { get; } = new();
        public LocalTsa Expired { get; } = new(TimeProvider.System.GetUtcNow().AddDays(-1));
        public TimestampRoots Roots { get; }

        public void Dispose()
        {
            Roots.Dispose();
            Good.Dispose();
            Stranger.Dispose();
            Expired.Dispose();
        }
    }
}
