using AfterSales.Video.Contracts.Http;
using AfterSales.Video.Recording.Segments;
using AfterSales.Video.Server.Hosting;
using AfterSales.Video.Storage;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.Features.Recordings.Public;

/// <summary>
/// What the store really does, found out by trying it at start. Calls do not wait for it: a store that is away is tried again until it answers, and journals
/// wait on this computer meanwhile.
/// </summary>
internal sealed partial class StorageProbe(
    IProtectingStore store, SegmentUploader uploader, IOptions<StorageOptions> options, TimeProvider time, ILogger<StorageProbe> logger) : RepeatedWork
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(20);

    private bool _wasTried;
    private volatile StoreCapabilities? _found;
    private volatile string _problem = "The store has not answered yet.";

    /// <summary>Empty when the store answered.</summary>
    public string Problem => _problem;

    public Task<StorageView> ViewAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var found = _found ?? new StoreCapabilities(options.Value.Kind, "", WormState.None, false, "none", false, false, false, false);
        return Task.FromResult(new StorageView(
            options.Value.Kind, found.Place, WordOf(found.Worm), found.WriteOnce, found.LegalHold, found.Retention, found.Tags, found.Versions,
            found.ChecksumOnWrite != "none", uploader.CountWaiting(), _problem));
    }

    protected override async ValueTask<bool> WaitAsync(CancellationToken ct)
    {
        if (_found is not null)
            return false;
        if (_wasTried)
            await Task.Delay(Pause, time, ct);
        _wasTried = true;
        return true;
    }

    protected override async Task RunOnceAsync(CancellationToken ct)
    {
        var found = await store.ProbeAsync(ct);
        (_found, _problem) = (found, "");
        Log.Found(logger, found.Kind, found.Place, WordOf(found.Worm), found.WriteOnce, found.ChecksumOnWrite, found.Tags, found.Versions, found.LegalHold, found.Retention);
    }

    protected override void OnFailed(Exception fault)
    {
        _problem = fault.Message;
        Log.Failed(logger, options.Value.Kind, fault.Message);
    }

    private static string WordOf(WormState worm) => worm switch
    {
        WormState.Locked => "locked",
        WormState.Unlocked => "unlocked",
        _ => "none",
    };

    private static partial class Log
    {
        [LoggerMessage(1560, LogLevel.Information, "Recordings are stored in {Kind} {Place}. Found by trying: worm {Worm}, refuses a second write {WriteOnce}, digest checked on write {Checksum}, tags {Tags}, versions {Versions}, legal hold {LegalHold}, retention {Retention}")]
        public static partial void Found(ILogger logger, string kind, string place, string worm, bool writeOnce, string checksum, bool tags, bool versions, bool legalHold, bool retention);

        [LoggerMessage(1561, LogLevel.Error, "The {Kind} store cannot be used: {Problem} Calls are recorded; their journals wait on this computer, and the store is tried again")]
        public static partial void Failed(ILogger logger, string kind, string problem);
    }
}
