using System.Runtime.Versioning;
using AfterSales.Video.Evidence.Keys;
using AfterSales.Video.Evidence.Signing;
using AfterSales.Video.Native;
using AfterSales.Video.TestKit.Time;

namespace AfterSales.Video.Evidence.Tests.Keys;

[SupportedOSPlatform("linux")]
public sealed class KeyRingTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "aftersales-keys-" + Path.GetRandomFileName());
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void A_new_ring_makes_a_signing_key_that_survives_a_restart()
    {
        using var first = Open();
        using var again = Open();
        Assert.Equal(first.KeyId, again.KeyId);
        Assert.True(again.PublicKeys.Check(first.Sign(PayloadTypes.Receipt, "{}"u8), PayloadTypes.Receipt).IsValid);
    }

    [Fact]
    public void Key_files_can_be_read_by_their_owner_only()
    {
        using var ring = Open();
        ring.WrappingKey("t");
        foreach (var file in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void A_key_file_that_others_can_read_is_refused_with_what_to_do()
    {
        string file;
        using (var ring = Open())
        {
            file = Path.Combine(_folder, "signing", ring.KeyId + ".pem");
        }

        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<KeyRingException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rotated_key_stays_published_and_what_it_signed_stands()
    {
        using var ring = Open();
        var old = ring.Sign(PayloadTypes.Receipt, "{}"u8);
        _time.Advance(TimeSpan.FromHours(1));
        var next = ring.RotateSigningKey();
        Assert.Equal(next.KeyId, ring.KeyId);
        Assert.NotEqual(old.Signatures[0].KeyId, next.KeyId, StringComparer.Ordinal);
        using var again = Open();
        Assert.Equal(next.KeyId, again.KeyId);
        Assert.True(again.PublicKeys.Check(old, PayloadTypes.Receipt).IsValid);
        Assert.Equal(next.CreatedAt, again.PublicKeys.Find(old.Signatures[0].KeyId)!.RetiredAt);
    }

    [Fact]
    public void Revoking_the_key_in_force_makes_a_new_one()
    {
        using var ring = Open();
        var bad = ring.KeyId;
        ring.RevokeSigningKey(bad);
        Assert.NotEqual(bad, ring.KeyId, StringComparer.Ordinal);
        Assert.NotNull(ring.PublicKeys.Find(bad)!.RevokedAt);
        Assert.Throws<KeyRingException>(() => ring.RevokeSigningKey("nobody"));
    }

    [Fact]
    public void A_missing_or_damaged_private_key_is_told_by_name()
    {
        string id;
        using (var ring = Open())
        {
            id = ring.KeyId;
        }

        var file = Path.Combine(_folder, "signing", id + ".pem");
        File.WriteAllText(file, "nonsense");
        Assert.Contains(id, Assert.Throws<KeyRingException>(Open).Message, StringComparison.Ordinal);
        File.Delete(file);
        Assert.Contains("missing", Assert.Throws<KeyRingException>(Open).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "signing", "keys.json"), "{}");
        Assert.Contains("backup", Assert.Throws<KeyRingException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrapped_data_key_opens_for_its_recording_only()
    {
        using var ring = Open();
        var key = ring.WrappingKey("tenant-a");
        var dataKey = DataKey.Create();
        var wrapped = key.Wrap("rec-1", dataKey);
        Assert.True(key.TryUnwrap("rec-1", wrapped, out var opened));
        Assert.Equal(dataKey, opened);
        Assert.False(key.TryUnwrap("rec-2", wrapped, out _));
        Assert.False(new KeyEncryptionKey("tenant-b", key.Export()).TryUnwrap("rec-1", wrapped, out _));
        for (var at = 0; at < wrapped.Length; at++)
        {
            wrapped[at] ^= 1;
            Assert.False(key.TryUnwrap("rec-1", wrapped, out _));
            wrapped[at] ^= 1;
        }
    }

    [Fact]
    public void Wrapping_keys_are_per_tenant_and_old_ones_are_found_after_rotation()
    {
        using var ring = Open();
        var old = ring.WrappingKey("a");
        Assert.NotEqual(old.KekId, ring.WrappingKey("b").KekId, StringComparer.Ordinal);
        var next = ring.RotateWrappingKey("a");
        using var again = Open();
        Assert.Equal(next.KekId, again.WrappingKey("a").KekId);
        Assert.Equal(old.Export(), again.FindWrappingKey("a", old.KekId)!.Export());
        Assert.Null(again.FindWrappingKey("b", old.KekId));
        Assert.Throws<KeyRingException>(() => again.WrappingKey("../x"));
    }

    [Fact]
    public void A_damaged_wrapping_key_is_noticed()
    {
        string id;
        using (var ring = Open())
        {
            id = ring.WrappingKey("a").KekId;
        }

        var file = Path.Combine(_folder, "wrapping", "a", id + ".key");
        File.WriteAllText(file, "00" + File.ReadAllText(file)[2..]);
        using var again = Open();
        Assert.Contains("damaged", Assert.Throws<KeyRingException>(() => again.WrappingKey("a")).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private KeyRing Open() => KeyRing.Open(new KeyFolder(_folder, FileSync.DataSync, FileSync.SyncDirectory), _time);
}
