using AfterSales.Video.Server.Data;
using AfterSales.Video.Server.Hosting;
using AfterSales.Video.Server.IntegrationTests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AfterSales.Video.Server.IntegrationTests;

/// <summary>SE-19 and everything else that must stop a start, or must not.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("Metrics:Token", "changeme-changeme")]
    [InlineData("Signalling:IceServers:0:Credential", "<secret>")]
    [InlineData("Some:Password", "your-secret-here")]
    public async Task A_placeholder_for_a_secret_stops_the_start_and_names_the_key(string key, string value)
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => TestHub.StartAsync($"--{key}={value}"));
        Assert.Contains(key, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(value, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Calls:LinkLifetime", "2.00:00:00")]
    [InlineData("Calls:MaxConcurrent", "0")]
    [InlineData("Signalling:GracePeriod", "00:00:00")]
    [InlineData("Media:BindAddress", "nowhere")]
    [InlineData("Media:AdvertisedAddresses:0", "example.com")]
    [InlineData("Web:PublicUrl", "help.example.com/path")]
    [InlineData("Web:TrustedProxies:0", "nginx")]
    [InlineData("Https:CertificatePath", "/no/such/file.pem")]
    [InlineData("Oidc:Issuer", "https://id.example")]
    [InlineData("RateLimits:RedeemsPerMinute", "0")]
    [InlineData("Metrics:Token", "short")]
    public async Task A_wrong_setting_stops_the_start_and_names_the_key(string key, string value)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestHub.StartAsync($"--{key}={value}"));
        var names = key == "Oidc:Issuer" ? "Oidc:Audience" : key.TrimEnd('0').TrimEnd(':');
        Assert.True(refused.Message.Contains(names, StringComparison.Ordinal) || refused.Message.Contains(names.Split(':')[1], StringComparison.Ordinal), refused.Message);
    }

    [Fact]
    public async Task A_taken_media_port_is_named()
    {
        using var taken = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var port = ((System.Net.IPEndPoint)taken.LocalEndPoint!).Port;
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => TestHub.StartAsync($"--Media:UdpPort={port}"));
        Assert.Contains("Media:UdpPort", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_fails_logs_no_error_of_what_it_had_to_stop_again()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        var log = new LogLines();
        var app = HubHost.Build(
            new HubArguments(folder, false, [$"--Http:Port={port}", "--Https:Port=-1", "--Media:UdpPort=0", "--Media:TcpPort=-1"]),
            builder => builder.Logging.ClearProviders().AddProvider(log));
        await HubHost.PrepareAsync(app, CancellationToken.None);
        await Assert.ThrowsAnyAsync<IOException>(() => app.StartAsync());
        await app.DisposeAsync();

        Assert.DoesNotContain("Canceled", log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("BackgroundService", log.Text, StringComparison.Ordinal);
        Directory.Delete(folder, true);
    }

    [Fact]
    public void Sample_data_is_refused_in_production()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        Assert.Throws<StartRefusedException>(() => HubHost.Build(new HubArguments(folder, true, ["--Hub:Production=true"])));
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_left_alone()
    {
        var folder = Directory.CreateTempSubdirectory("aftersales-test-").FullName;
        await using (await TestHub.StartInAsync(folder))
        {
            // Only to make the database.
        }

        await using (var connection = new SqliteConnection($"Data Source={folder}/hub.db"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "INSERT INTO schema_version VALUES (9999, 'future', 0)";
            await command.ExecuteNonQueryAsync();
        }

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHub.StartInAsync(folder));
        Assert.Contains("9999", refused.Message, StringComparison.Ordinal);
        Directory.Delete(folder, true);
    }

    [Fact]
    public void The_own_certificate_covers_this_computer_and_its_key_is_private()
    {
        var folder = new DataFolder(Directory.CreateTempSubdirectory("aftersales-test-").FullName);
        var lan = System.Net.IPAddress.Parse("192.0.2.77");
        using var first = SelfSignedCertificate.LoadOrCreate(folder, [lan], TimeProvider.System);
        using var second = SelfSignedCertificate.LoadOrCreate(folder, [lan], TimeProvider.System);
        using var moved = SelfSignedCertificate.LoadOrCreate(folder, [System.Net.IPAddress.Parse("192.0.2.78")], TimeProvider.System);

        Assert.Equal(first.Thumbprint, second.Thumbprint);
        Assert.NotEqual(first.Thumbprint, moved.Thumbprint);
        Assert.True(first.HasPrivateKey);
        Assert.True(first.MatchesHostname("localhost") && first.MatchesHostname("192.0.2.77") && first.MatchesHostname("127.0.0.1"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Certificates, "self-signed.key")));
        Directory.Delete(folder.Root, true);
    }

    [Fact]
    public async Task Https_answers_with_the_own_certificate()
    {
        await using var hub = await TestHub.StartAsync("--Https:Port=0");
        var https = hub.App.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal)).Replace("[::]", "localhost", StringComparison.Ordinal);
        using var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate!.MatchesHostname("localhost") });
        Assert.Equal("ready\n", await client.GetStringAsync(https + "/readyz"));
    }
}
