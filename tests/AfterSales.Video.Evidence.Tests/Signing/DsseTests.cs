using System.Text;
using AfterSales.Video.Evidence.Signing;

namespace AfterSales.Video.Evidence.Tests.Signing;

public sealed class DsseTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);

    [Fact]
    public void The_encoding_that_is_signed_is_the_one_of_the_specification() =>
        Assert.Equal(
            "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
            Encoding.UTF8.GetString(DsseEnvelope.PreAuthenticationEncoding("http://example.com/HelloWorld", "hello world"u8)));

    [Fact]
    public void A_signed_envelope_survives_being_written_and_read()
    {
        using var key = SigningKey.Create();
        var json = key.Sign(PayloadTypes.Receipt, """{"a":1}"""u8).ToJson();
        Assert.True(DsseEnvelope.TryParse(json, out var envelope, out var problem), problem);
        Assert.Equal("""{"a":1}"""u8, envelope.Payload.Span);
        Assert.True(SetOf(key).Check(envelope, PayloadTypes.Receipt).IsValid);
    }

    [Fact]
    public void A_change_of_any_byte_of_an_envelope_is_refused()
    {
        using var key = SigningKey.Create();
        var keys = SetOf(key);
        var json = key.Sign(PayloadTypes.Receipt, """{"a":1}"""u8).ToJson();
        for (var at = 0; at < json.Length; at++)
        {
            foreach (var flip in (byte[])[0x01, 0x20, 0x80])
            {
                var changed = json.ToArray();
                changed[at] ^= flip;
                Assert.False(
                    DsseEnvelope.TryParse(changed, out var envelope, out _) && keys.Check(envelope, PayloadTypes.Receipt).IsValid,
                    $"byte {at} ^ {flip:x2}: {Encoding.UTF8.GetString(changed)}");
            }
        }
    }

    [Fact]
    public void A_signature_counts_for_its_type_and_its_key_only()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        var envelope = key.Sign(PayloadTypes.Receipt, "{}"u8);
        Assert.Equal(SignatureOutcome.WrongType, SetOf(key).Check(envelope, PayloadTypes.Manifest).Outcome);
        Assert.Equal(SignatureOutcome.UnknownKey, SetOf(other).Check(envelope, PayloadTypes.Receipt).Outcome);
        var retyped = new DsseEnvelope(PayloadTypes.Manifest, envelope.Payload, envelope.Signatures);
        Assert.Equal(SignatureOutcome.Invalid, SetOf(key).Check(retyped, PayloadTypes.Manifest).Outcome);
        var unsigned = new DsseEnvelope(PayloadTypes.Receipt, envelope.Payload, []);
        Assert.Equal(SignatureOutcome.Invalid, SetOf(key).Check(unsigned, PayloadTypes.Receipt).Outcome);
    }

    [Fact]
    public void Every_signature_must_fit_and_a_key_counts_once()
    {
        using var key = SigningKey.Create();
        using var second = SigningKey.Create();
        var (first, other) = (key.Sign(PayloadTypes.Receipt, "{}"u8), second.Sign(PayloadTypes.Receipt, "{}"u8));
        var wrong = key.Sign(PayloadTypes.Receipt, "[]"u8);
        Assert.True(Check([first.Signatures[0], other.Signatures[0]]).IsValid);
        Assert.False(Check([first.Signatures[0], wrong.Signatures[0] with { KeyId = second.KeyId }]).IsValid);
        Assert.False(Check([first.Signatures[0], first.Signatures[0]]).IsValid);

        SignatureCheck Check(IReadOnlyList<DsseSignature> signatures) =>
            SetOf(key, second).Check(new DsseEnvelope(PayloadTypes.Receipt, first.Payload, signatures), PayloadTypes.Receipt);
    }

    [Fact]
    public void A_key_set_refuses_a_key_under_a_false_id()
    {
        using var key = SigningKey.Create();
        using var other = SigningKey.Create();
        Assert.False(EvidenceKeySet.TryCreate([Published(key) with { PublicKeyPem = other.PublicKeyPem }], out _, out _));
        Assert.False(EvidenceKeySet.TryCreate([Published(key), Published(key)], out _, out _));
        Assert.False(EvidenceKeySet.TryCreate([Published(key) with { Algorithm = "none" }], out _, out _));
        Assert.False(EvidenceKeySet.TryCreate([Published(key) with { RevokedAt = Now.AddDays(-1) }], out _, out _));
    }

    [Fact]
    public void A_key_set_survives_being_written_and_read()
    {
        using var key = SigningKey.Create();
        var json = SetOf(key).ToJson();
        Assert.True(EvidenceKeySet.TryParse(json, out var keys, out var problem), problem);
        Assert.Equal(Published(key), keys.Find(key.KeyId));
    }

    private static EvidenceKeySet SetOf(params SigningKey[] keys)
    {
        Assert.True(EvidenceKeySet.TryCreate([.. keys.Select(Published)], out var set, out var problem), problem);
        return set;
    }

    private static PublishedKey Published(SigningKey key) => new(key.KeyId, "ES256", key.PublicKeyPem, Now);
}
