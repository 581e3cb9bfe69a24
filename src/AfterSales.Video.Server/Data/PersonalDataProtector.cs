using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace AfterSales.Video.Server.Data;

/// <summary>
/// Encrypts personal fields before they reach the database, and gives the keyed hash by which an exact value can still be
/// found. The hash key is a file of its own: losing it costs the search, not the data.
/// </summary>
internal sealed class PersonalDataProtector
{
    private readonly IDataProtector _protector;
    private readonly byte[] _indexKey;

    public PersonalDataProtector(IDataProtectionProvider provider, DataFolder folder)
    {
        _protector = provider.CreateProtector("personal-data/v1");
        _indexKey = LoadOrCreateKey(Path.Combine(folder.Keys, "search-index.key"));
    }

    public string Protect(string text) => text.Length == 0 ? "" : _protector.Protect(text);

    public string Unprotect(string text) => text.Length == 0 ? "" : _protector.Unprotect(text);

    /// <summary>Hex of a keyed hash; empty for empty. <paramref name="field"/> keeps equal values of different fields apart.</summary>
    public string Index(string tenantId, string field, string value) => value.Length == 0
        ? ""
        : Convert.ToHexStringLower(HMACSHA256.HashData(_indexKey, Encoding.UTF8.GetBytes($"{tenantId}\n{field}\n{value.Trim().ToUpperInvariant()}")));

    private static byte[] LoadOrCreateKey(string path)
    {
        if (!File.Exists(path))
            DataFolder.WriteSecret(path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        return Convert.FromHexString(File.ReadAllText(path).Trim());
    }
}
