using System.Security.Cryptography;
using AfterSales.Video.Storage.Remote;

namespace AfterSales.Video.Storage.Tests.Servers;

public interface IStoreServer : IAsyncLifetime
{
    Uri Address { get; }

    /// <param name="address">The server's, or a proxy's before it.</param>
    Task<RemoteEvidenceStore> OpenAsync(Uri address, StoreTrial trial);
}

/// <summary>How a test wants its store.</summary>
public sealed record StoreTrial
{
    /// <summary>Tests share a server; each has its own names.</summary>
    public string Prefix { get; init; } = $"t-{RandomNumberGenerator.GetHexString(12, lowercase: true)}/evidence";

    public bool WrongSecret { get; init; }

    public bool WrongPlace { get; init; }

    public int RetryDelayMilliseconds { get; init; } = 1;

    public int RequestTimeoutSeconds { get; init; } = 60;
}
