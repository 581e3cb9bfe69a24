using AfterSales.Video.Rtc.Sdp;
using AfterSales.Video.Sfu.Taps;

namespace AfterSales.Video.TestKit.Media;

/// <summary>
/// Feeds a tap with a whole call of real encoded media over an imagined network: loss, repair, jitter, reorder, and senders whose clocks are
/// off. Deterministic for a seed.
/// </summary>
public sealed class SyntheticCall(int seed)
{
    /// <summary>Where the loop's clock stands when the call begins; any number will do.</summary>
    public const long LoopOriginNs = 77_000_000_000;
    private readonly Random _random = new(seed);
    private readonly List<(long AtNs, int Order, Action<IPacketTap, long> Deliver)> _deliveries = [];
    private int _order;

    public TimeSpan Duration => TimeSpan.FromTicks(_deliveries.Select(d => d.AtNs).DefaultIfEmpty(0).Max() / 100);
    public int Packets { get; private set; }
    public int LostForGood { get; private set; }
    public int Repaired { get; private set; }

    /// <summary>Adds one run of a track; the same <paramref name="trackId"/> may be added again with another codec.</summary>
    public SyntheticCall Add(ushort trackId, Sender sender, string source, EncodedMedia media, NetworkConditions network, TimeSpan startAt = default)
    {
        var isVideo = media.Codec != "opus";
        var codec = new NegotiatedCodec
        {
            Name = media.Codec,
            PayloadType = media.Codec switch { "opus" => 111, "H264" => 102, _ => 96 },
            ClockRateHz = media.ClockRateHz,
            Channels = isVideo ? 1 : 2,
        };
        var ssrc = (uint)_random.NextInt64(1, uint.MaxValue);
        var track = new TapTrack(trackId, sender.ParticipantId, sender.Role, source, isVideo ? MediaKind.Video : MediaKind.Audio, codec, ssrc);
        At(startAt.Ticks * 100 + network.DelayNs, (tap, now) => tap.OnTrackStarted(track, now));
        AddPackets(track, sender, media, network, startAt);
        return this;
    }

    public SyntheticCall RoomEvent(TimeSpan at, string kind, Sender sender, string detail)
    {
        At(at.Ticks * 100, (tap, now) => tap.OnRoomEvent(new TapRoomEvent(kind, sender.ParticipantId, sender.Role, detail), now));
        return this;
    }

    /// <summary>Anything else at its time, for example a pause.</summary>
    public SyntheticCall At(TimeSpan at, Action action)
    {
        At(at.Ticks * 100, (_, _) => action());
        return this;
    }

    /// <param name="moveClock">Called before each delivery with the time since the call began; never goes back.</param>
    public void Play(IPacketTap tap, Action<TimeSpan> moveClock)
    {
        foreach (var (atNs, _, deliver) in _deliveries.OrderBy(d => d.AtNs).ThenBy(d => d.Order))
        {
            moveClock(TimeSpan.FromTicks(atNs / 100));
            deliver(tap, LoopOriginNs + atNs);
        }
    }

    private void AddPackets(TapTrack track, Sender sender, EncodedMedia media, NetworkConditions network, TimeSpan startAt)
    {
        var (seq, firstTimestamp) = ((ushort)_random.Next(65536), (uint)_random.NextInt64(uint.MaxValue));
        var (nextReportNs, sent) = (0L, 0u);
        for (var i = 0; i < media.Frames.Count; i++)
        {
            var captureNs = startAt.Ticks * 100 + (long)(i * (double)media.TicksPerFrame / media.ClockRateHz * 1e9);
            // The device's sampling clock makes the RTP timestamps; it differs from the sender's wall clock.
            var timestamp = firstTimestamp + (uint)(long)((captureNs - startAt.Ticks * 100) / 1e9 * media.ClockRateHz * (1 + sender.MediaClockPpm(track.Kind) * 1e-6));
            if (!network.IsOff(captureNs))
                Send(track, media, i, timestamp, captureNs, network, ref seq, ref sent);
            if (network.SenderReports && captureNs >= nextReportNs)
            {
                AddReport(track, sender, captureNs, timestamp, sent, network);
                nextReportNs = captureNs + 1_000_000_000;
            }
        }

        At(startAt.Ticks * 100 + (long)(media.Frames.Count * media.FrameLength.TotalSeconds * 1e9) + network.DelayNs + 500_000_000, (tap, now) => tap.OnTrackEnded(track.TrackId, now));
    }

    private void Send(TapTrack track, EncodedMedia media, int index, uint timestamp, long captureNs, NetworkConditions network, ref ushort seq, ref uint sent)
    {
        var payloads = RtpPacketizer.Payloads(media.Codec, media.Frames[index], index);
        for (var p = 0; p < payloads.Count; p++)
        {
            var packet = RtpPacketizer.Packet(track.Codec.PayloadType, track.Kind == MediaKind.Audio || p == payloads.Count - 1, seq++, timestamp, track.Ssrc, payloads[p]);
            sent++;
            Packets++;
            var sentNs = captureNs + p * 100_000;
            var lost = _random.NextDouble() < network.Loss || network.Drop?.Invoke(index, p) == true;
            if (lost && network.RepairAfterNs < 0)
            {
                LostForGood++;
                continue;
            }

            Repaired += lost ? 1 : 0;
            var arrivalNs = sentNs + network.DelayNs + (long)(_random.NextDouble() * network.JitterNs) + (lost ? network.RepairAfterNs : 0);
            At(arrivalNs, (tap, now) => tap.OnRtp(track.TrackId, now, lost, packet));
        }
    }

    private void AddReport(TapTrack track, Sender sender, long captureNs, uint timestamp, uint sent, NetworkConditions network)
    {
        var ntp = sender.Ntp(captureNs);
        At(captureNs + network.DelayNs + (long)(_random.NextDouble() * network.JitterNs), (tap, now) => tap.OnSenderReport(track.TrackId, now, ntp, timestamp, sent, sent * 1000));
    }

    private void At(long atNs, Action<IPacketTap, long> deliver) => _deliveries.Add((atNs, _order++, deliver));
}

/// <summary>A participant and how wrong its clocks are.</summary>
/// <param name="WallClockOffset">How far its NTP clock is ahead.</param>
/// <param name="WallClockPpm">How much faster it runs.</param>
/// <param name="AudioPpm">How much faster the sound card samples than it says.</param>
public sealed record Sender(string ParticipantId, string Role, TimeSpan WallClockOffset = default, double WallClockPpm = 0, double AudioPpm = 0)
{
    internal double MediaClockPpm(MediaKind kind) => kind == MediaKind.Audio ? AudioPpm : 0;

    /// <summary>NTP short of 1900 in 32.32 fixed point.</summary>
    internal ulong Ntp(long captureNs)
    {
        var seconds = 3_900_000_000.0 + WallClockOffset.TotalSeconds + captureNs / 1e9 * (1 + WallClockPpm * 1e-6);
        var whole = Math.Floor(seconds);
        return (ulong)whole << 32 | (ulong)((seconds - whole) * 4294967296.0);
    }
}

/// <summary>What a track's way to the server does to it.</summary>
public sealed record NetworkConditions
{
    public static NetworkConditions Good { get; } = new();
    public double Loss { get; init; }

    /// <summary>A lost packet comes again so much later; negative: never.</summary>
    public long RepairAfterNs { get; init; } = -1;
    public long DelayNs { get; init; } = 20_000_000;

    /// <summary>Up to so much more delay, each packet by itself, so packets overtake each other.</summary>
    public long JitterNs { get; init; }
    public bool SenderReports { get; init; } = true;

    /// <summary>True loses packet number p of frame number f.</summary>
    public Func<int, int, bool>? Drop { get; init; }

    /// <summary>Capture times between which the sender sends nothing (muted).</summary>
    public (TimeSpan From, TimeSpan To)? Off { get; init; }

    /// <summary>The same for any pattern of capture times.</summary>
    public Func<TimeSpan, bool>? OffAt { get; init; }

    internal bool IsOff(long captureNs) => OffAt?.Invoke(TimeSpan.FromTicks(captureNs / 100)) == true || Off is { } off && captureNs >= off.From.Ticks * 100 && captureNs < off.To.Ticks * 100;
}
